#!/bin/sh
# The needzero command in one file: this script, and behind it the jar that it runs (a zip is read from its end).
# Java is taken from JAVA_HOME, else from the PATH. NEEDZERO_JAVA_OPTS is handed to the JVM, as in -Xmx512m.
self=$0
case $self in */*) ;; *) self=$(command -v -- "$self") ;; esac
if [ -h "$self" ]; then self=$(readlink -f -- "$self"); fi
here=$(cd -P -- "${self%/*}" && pwd) || exit 1
self=$here/${self##*/}

java=${JAVA_HOME:+$JAVA_HOME/bin/java}
if [ ! -x "$java" ] && ! java=$(command -v java); then
    echo "needzero: no java was found (expected Java 17 or newer): set JAVA_HOME, or put java on the PATH" >&2
    exit 127
fi

# The archive of loaded classes halves the time to start. It fits only the JDK and the place it was made for; elsewhere
# the JVM goes on without it, and the log, where it would complain about that, is off.
exec "$java" -Xshare:auto -XX:SharedArchiveFile="$here/needzero.jsa" -Xlog:disable -XX:+UseSerialGC -XX:-UsePerfData \
    $NEEDZERO_JAVA_OPTS -jar "$self" "$@"
