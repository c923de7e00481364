#!/bin/sh
# The needzero command in one file: this script, and behind it the jar that it runs (a zip is read from its end).
# Java is taken from JAVA_HOME, else from the PATH. NEEDZERO_JAVA_OPTS is handed to the JVM, as in -Xmx512m.
self=$0
case $self in
    */*) ;;
    *) if [ -f "$self" ]; then self=./$self; else self=$(command -v -- "$self"); fi ;;
esac
if [ -h "$self" ]; then self=$(readlink -f -- "$self"); fi
here=$(cd -P -- "${self%/*}" && pwd) || exit 1
self=$here/${self##*/}

java=${JAVA_HOME:+$JAVA_HOME/bin/java}
if [ ! -x "$java" ] && ! java=$(command -v java); then
    echo "needzero: no java was found (expected Java 17 or newer): set JAVA_HOME, or put java on the PATH" >&2
    exit 127
fi
if [ -h "$java" ]; then java=$(readlink -f -- "$java"); fi

# Since Java 24 the JVM warns about the memory access that the zstd decoder lives on; older ones do not know the option.
quiet=
if [ -r "${java%/bin/java}/release" ]; then
    while IFS='="' read -r key _ version _; do
        if [ "$key" = JAVA_VERSION ] && [ "${version%%[!0-9]*}" -ge 24 ]; then
            quiet=--sun-misc-unsafe-memory-access=allow
        fi
    done <"${java%/bin/java}/release"
fi

# Up to some twenty million events the quick compiler alone is done before the optimising one has paid for itself; only
# inputs of more than 64 MiB, and generators, whose length the JVM alone knows, get both. The decoding loops are long and
# called seldom: left alone, they would be interpreted for a good part of the file.
compilers="-XX:TieredStopAtLevel=1 -XX:Tier3BackEdgeThreshold=4000"
for argument; do
    case $argument in
        gen:* | -) compilers= ;;
        *) if [ -f "$argument" ] && [ -n "$(find -L "$argument" -prune -size +131072)" ]; then compilers=; fi ;;
    esac
done

# A heap that begins at a sixteenth of the memory, and not at a sixty-fourth, is never collected in a short run, be it of eight
# versions; what is not touched of it is not resident, and -Xmx bounds it as ever.
# The archive of loaded classes shortens the start. It fits only the JDK and the place it was made for; elsewhere the JVM
# goes on without it, and the log, where it would complain about that, is off. The serial collector starts fastest, and
# the twin keeps its state in a few large arrays that no collector has much to do with. Spilling to vector registers, as
# the optimising compiler likes to on some processors, costs the decoding loop a fifth.
exec "$java" -Xshare:auto -XX:SharedArchiveFile="$here/needzero.jsa" -Xlog:disable -XX:+UseSerialGC -XX:-UsePerfData \
    -XX:InitialRAMPercentage=6.25 -XX:-UseFPUForSpilling $compilers $quiet $NEEDZERO_JAVA_OPTS -jar "$self" "$@"
