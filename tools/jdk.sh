# Sourced by ./ondol, ./mvnw and .ci/run: sets JAVA_HOME to a JDK 25 (or newer), installs what is missing with the
# system's package manager, or only says how where ONDOL_NO_INSTALL=1.

say() { printf 'ondol: %s\n' "$*" >&2; }

# install COMMAND PACKAGE_APT PACKAGE_DNF PACKAGE_APK: makes COMMAND available
install_package() {
  local what=$1 apt=$2 dnf=$3 apk=$4 sudo= how
  if command -v apt-get >/dev/null; then how="apt-get install -yq --no-install-recommends $apt"
  elif command -v dnf >/dev/null; then how="dnf install -yq $dnf"
  elif command -v apk >/dev/null; then how="apk add -q $apk"
  else say "$what is missing, and this system has none of apt-get, dnf and apk to install it with"; return 1; fi
  [ "$(id -u)" = 0 ] || sudo="sudo "
  if [ "${ONDOL_NO_INSTALL:-}" = 1 ]; then say "$what is missing; install it with: $sudo$how"; return 1; fi
  say "$what is missing; installing it: $sudo$how"
  case $how in apt-get*) $sudo apt-get update -q >/dev/null 2>&1 || true ;; esac
  DEBIAN_FRONTEND=noninteractive $sudo $how >/dev/null 2>&1 || { say "that failed; run it by hand to see why: $sudo$how"; return 1; }
}

# is_jdk DIR: whether DIR holds a JDK of at least version 25
is_jdk() {
  [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
  local version
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
  [ "${version:-0}" -ge 25 ]
}

find_jdk() {
  local candidate javac
  javac=$(command -v javac 2>/dev/null) && javac=$(readlink -f "$javac") || javac=
  for candidate in "${JAVA_HOME:-}" "${javac%/bin/javac}" /usr/lib/jvm/* /opt/java/* /opt/jdk*; do
    if [ -n "$candidate" ] && is_jdk "$candidate"; then JAVA_HOME=$candidate; export JAVA_HOME; return 0; fi
  done
  return 1
}

need_jdk() {
  find_jdk && return 0
  install_package "a JDK 25" openjdk-25-jdk-headless java-25-openjdk-devel openjdk25-jdk && find_jdk && return 0
  say "any JDK 25 will do: unpack one and set JAVA_HOME to its folder"
  return 1
}

# need COMMAND PACKAGE_APT PACKAGE_DNF PACKAGE_APK
need() { command -v "$1" >/dev/null || install_package "$@"; }

# need_library NAME PACKAGE_APT PACKAGE_DNF PACKAGE_APK
need_library() {
  local folder
  for folder in /lib /usr/lib /lib64 /usr/lib64 /lib/*-linux-* /usr/lib/*-linux-*; do [ ! -e "$folder/$1" ] || return 0; done
  install_package "$@"
}
