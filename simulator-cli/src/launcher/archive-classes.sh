#!/bin/sh
# Makes needzero.jsa, the archive of loaded classes that lets the needzero command start in half the time:
#     archive-classes.sh JAVA NEEDZERO
# A few typical commands are run, the classes that they loaded are noted, and the JVM writes those out ready to map.
# Without an archive everything works, only slower: a JVM that cannot make one is no reason to fail.
java=$1
needzero=$2
target=${needzero%/*}
classes=$target/needzero.classes
rm -f "$target/needzero.jsa" "$classes" "$classes".*

run=0
note() {
    run=$((run + 1))
    "$java" -Xshare:auto -Xlog:disable -XX:+UseSerialGC -XX:DumpLoadedClassList="$classes.$run" -jar "$needzero" "$@" >"$target/archive-classes.log" 2>&1
}
note --help
note --version

sort -u "$classes".* >"$classes"
"$java" -Xshare:dump -Xlog:disable -XX:+UseSerialGC -XX:SharedClassListFile="$classes" \
    -XX:SharedArchiveFile="$target/needzero.jsa" -cp "$needzero" >>"$target/archive-classes.log" 2>&1
rm -f "$classes" "$classes".*
exit 0
