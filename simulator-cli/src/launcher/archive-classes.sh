#!/bin/sh
# Makes needzero.jsa, the archive of loaded classes that lets the needzero command start in half the time:
#     archive-classes.sh JAVA NEEDZERO
# A few typical commands are run, the classes that they loaded are noted, and the JVM writes those out ready to map.
# Without an archive everything works, only slower: a JVM that cannot make one is no reason to fail.
java=$1
needzero=$2
target=${needzero%/*}
classes=$target/needzero.classes
log=$target/archive-classes.log
rm -f "$target/needzero.jsa" "$classes" "$classes".* "$log"

run=0
note() {
    run=$((run + 1))
    "$java" -XX:DumpLoadedClassList="$classes.$run" -XX:+UseSerialGC -jar "$needzero" "$@" >>"$log" 2>&1
}
note --help
note --version
for trace in "$target"/../../traces/large-chan-1M@*.trace.gz "$target"/../../traces/service@*.trace.zst; do
    if [ -f "$trace" ]; then
        note info "$trace"
        note replay "$trace"
        note compare --go 1.23,1.24 --json "$target/archive-classes.json" "$trace"
        note verify "$trace"
        note convert --force "$trace" "$target/archive-classes.nzt"
        note replay "$target/archive-classes.nzt"
    fi
done
note replay --help
note versions
note replay 'gen:service?events=10000'
rm -f "$target/archive-classes.json" "$target/archive-classes.nzt"

# A static archive and not a dynamic one, as only that takes in picocli's classes (their format is that of Java 5); and
# from G1, as only that puts the JDK's ready-made objects in. The class numbers differ between runs and are not needed.
sed 's/ id: [0-9]*$//' "$classes".* | sort -u >"$classes"
"$java" -Xshare:dump -XX:+UseG1GC -XX:SharedClassListFile="$classes" -XX:SharedArchiveFile="$target/needzero.jsa" \
    -cp "$needzero" >>"$log" 2>&1
rm -f "$classes" "$classes".*
exit 0
