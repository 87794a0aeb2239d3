# Sourced by tools/build: makes the archives of loaded and linked classes that let java start in a fraction of the time.
# The command: each verb is run once, by a JVM that lists the classes it loads; the lists are merged and dumped. The engine:
# one that is asked what clients ask most records its classes and, beside them, which methods were compiled; the next one
# compiles them before anybody asks. (What is recorded knows one run only, so the command's archive is made in the older way.)

MAIN=ondol.cli/ondol.cli.Main
NATIVE=--enable-native-access=ondol.linux,com.github.luben.zstd_jni
# Both: the smallest collector; no files in /tmp/hsperfdata. -Xlog:disable: the JVM's complaint about an archive that
# does not fit (a JDK updated in place) would go to stdout, amid a command's output. The engine gives memory that it took
# outside of its heap for a moment (compiling most of all) back within ten seconds: a quarter of what it has otherwise.
CLI_FLAGS=(-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Xlog:disable)
# jdk.httpclient.bufsize: a pull is handed from thread to thread by pieces of this size, a registry's layer by the 16 KiB
# of the default costs a tenth of its processor time
# AOTCompileEagerly: what the rehearsal compiled is compiled as the engine starts, not beside the first hundreds of
# requests. Unrecognized: it is experimental, and a JDK without it does no harm.
ENGINE_FLAGS=(-XX:+UseSerialGC -Xms16m -Xmx512m -Xss512k -XX:+UseCompactObjectHeaders -XX:-UsePerfData -Xlog:disable -XX:TrimNativeHeapInterval=10000 -Djdk.httpclient.bufsize=65536
  -XX:+IgnoreUnrecognizedVMOptions -XX:+UnlockExperimentalVMOptions -XX:+AOTCompileEagerly)
# The rehearsal's: the quick compiler alone, since what both make costs a new engine twice as much at its start and is no
# better where the kernel does the work. Its rounds are few: a third of the usual uses until code is compiled, looked at every
# sixteen. Nothing inlined: what was compiled as a part of something else only would stay interpreted in the next engine.
RECORD_FLAGS=(-XX:TieredStopAtLevel=1 -XX:C1MaxInlineLevel=0 -XX:Tier0InvokeNotifyFreqLog=4
  -XX:Tier3InvocationThreshold=70 -XX:Tier3MinInvocationThreshold=35 -XX:Tier3CompileThreshold=700)

# listing LIST FLAGS...: makes `java` a command that adds the classes it loads to LIST.*
listing() {
  local list=$1
  shift
  java=("$JAVA_HOME/bin/java" "$@" -XX:DumpLoadedClassList="$(mktemp "$list.XXXXXX")" $NATIVE -p "$lib" -m "$MAIN")
}

verb() {
  local java
  listing "$scratch/cli" "${CLI_FLAGS[@]}"
  timeout 30 "${java[@]}" "$@" </dev/null >>"$scratch/output" 2>&1 || true
}

# Runs an engine on a root of its own, and the verbs that people use most against it. Only root can. Its networks are in a
# network namespace of its own, so that the machine's see nothing of it.
rehearse_engine() {
  local socket=unix://$scratch/docker.sock name=ondol-rehearsal apart=(unshare --net) network=default
  "${apart[@]}" true 2>>"$scratch/output" || apart=() network=none
  "${apart[@]}" "$JAVA_HOME/bin/java" "${ENGINE_FLAGS[@]}" "${RECORD_FLAGS[@]}" -XX:AOTMode=record -XX:AOTConfiguration="$scratch/engine" \
    $NATIVE -p "$lib" -m "$MAIN" daemon --data-root "$scratch/data" --exec-root "$scratch/exec" -H "$socket" </dev/null >>"$scratch/output" 2>&1 9>&- &
  local engine=$! try
  for ((try = 0; try < 100; try++)); do
    [[ ! -S $scratch/docker.sock ]] || break
    kill -0 $engine 2>/dev/null || return 0
    sleep 0.1
  done
  export ONDOL_HOST=$socket
  verb version
  verb run --rm --network none host true
  verb run -d --name $name host sleep 20
  verb ps
  verb exec $name true
  verb logs $name
  verb inspect $name
  verb images
  verb pull 127.0.0.1:1/none # nobody answers: for the classes of HTTP and TLS
  verb rm -f $name
  unset ONDOL_HOST
  timeout 60 "$JAVA_HOME/bin/java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "$root/tools/Rehearsal.java" "$scratch/docker.sock" $network 40 >>"$scratch/output" 2>&1 || true
  kill $engine 2>/dev/null || true # it writes its record as it ends
  for ((try = 0; try < 100; try++)); do
    [[ -e /proc/$engine/exe ]] || break
    sleep 0.1
  done
  kill -9 $engine 2>/dev/null || true
  wait $engine 2>/dev/null || true
}

dump() { # ARCHIVE LIST FLAGS...: of merged lists
  local archive=$1 list=$2
  shift 2
  compgen -G "$list.*" >/dev/null || return 0
  # the numbers of classes differ from run to run, and only classes of loaders of one's own (source:) need them
  sed -s '/ source: /d; s/ id: [0-9]*$//' "$list".* | awk '!seen[$0]++' >"$list"
  "$JAVA_HOME/bin/java" "$@" -Xshare:dump -XX:+AOTClassLinking -XX:SharedClassListFile="$list" \
    -XX:SharedArchiveFile="$archive.new" $NATIVE -p "$lib" -m "$MAIN" >>"$scratch/output" 2>&1 || return 0
  mv "$archive.new" "$archive"
}

create() { # ARCHIVE RECORD FLAGS...: of what one run recorded
  local archive=$1 record=$2
  shift 2
  [[ -f $record ]] || return 0
  "$JAVA_HOME/bin/java" "$@" -XX:AOTMode=create -XX:AOTConfiguration="$record" -XX:AOTCache="$archive.new" \
    $NATIVE -p "$lib" -m "$MAIN" >>"$scratch/output" 2>&1 || return 0
  mv "$archive.new" "$archive"
}

rehearse() { # BUILD_FOLDER
  local lib=$1/lib scratch
  scratch=$(mktemp -d "${TMPDIR:-/tmp}/ondol-build.XXXXXX")
  verb --help
  verb --host "unix://$scratch/nobody.sock" ps
  if [[ $(id -u) = 0 ]]; then rehearse_engine; fi
  dump "$1/cli.aot" "$scratch/cli" "${CLI_FLAGS[@]}"
  create "$1/engine.aot" "$scratch/engine" "${ENGINE_FLAGS[@]}"
  cp "$scratch/output" "${1%/*}/rehearsal.log"
  rm -rf "$scratch"
}
