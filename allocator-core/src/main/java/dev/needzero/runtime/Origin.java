package dev.needzero.runtime;

import java.util.ArrayList;
import java.util.List;

/**
 * Where a change of Go's runtime came from, as far as it is known: what {@code git log} would show of it.
 *
 * @param commit the commit's short hash, or empty
 * @param changeList its number in Go's code review, or 0
 * @param issue the issue or pull request on github.com/golang/go that it belongs to, or 0
 * @param subject what it did, in a few words
 */
public record Origin(String commit, int changeList, int issue, String subject) {
    /** A change of which only the issue or pull request is known. */
    static Origin ofIssue(int issue, String subject) {
        return new Origin("", 0, issue, subject);
    }

    /** The shortest name that tells it from others: the commit, else the change list, the issue, what it did. */
    public String name() {
        if (!commit.isEmpty()) {
            return commit;
        }
        if (changeList > 0) {
            return "CL " + changeList;
        }
        return issue > 0 ? "#" + issue : subject;
    }

    /** The name with the numbers behind it: {@code 8730fcf885 (CL 614257, #72991)}. */
    @Override
    public String toString() {
        String name = name();
        List<String> numbers = new ArrayList<>();
        if (changeList > 0) {
            numbers.add("CL " + changeList);
        }
        if (issue > 0) {
            numbers.add("#" + issue);
        }
        numbers.remove(name);
        return numbers.isEmpty() ? name : name + " (" + String.join(", ", numbers) + ")";
    }
}
