#!/usr/bin/env bash
# Images between people's tools: a Debian that debootstrap made, pushed by skopeo to Docker's own registry, pulled and run
# by the command and by docker; archives there and back through skopeo; changes there and back through Docker's own engine
# (where ONDOL_PEERS names a tool that starts one); and an engine killed with -9 at KILLS=50 moments of a pull.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
for tool in docker skopeo docker-registry debootstrap jq curl; do
  command -v $tool >/dev/null || { say "images.sh needs $tool (a Debian package; docker is in docker-cli); skipped"; exit 77; }
done
port=5071 peer=unix:///tmp/peers-docker.sock peers=
[[ ! -x ${ONDOL_PEERS:-} ]] || peers=$ONDOL_PEERS
here=127.0.0.1:$port
mirror=$(sed -n 's/^\(deb\|URIs:\) *\(\[[^]]*\] *\)\?\(https\?:[^ ]*\).*/\3/p' /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | head -n 1)
quietly() { "$@" >>"$state/log" 2>&1 || { bad "$*" "$(tail -n 3 "$state/log")"; return 1; }; }

mkdir -p "$state/registry"
printf 'version: 0.1\nlog: {level: error, accesslog: {disabled: false}}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "%s"}\n' \
  "$state/registry" "$here" >"$state/registry.yml"
docker-registry serve "$state/registry.yml" >"$state/access.log" 2>&1 </dev/null &
registry=$!
disown $registry
trap 'kill $registry 2>/dev/null; end_all' EXIT
until_true 20 curl -sf "http://$here/v2/" -o /dev/null || { say "docker-registry did not start"; tail "$state/access.log" >&2; exit 1; }

# An OCI layout by hand, so that no tool of ours had a part in it: layout FOLDER TAG LAYER.tar...
blob() { # FILE MEDIA_TYPE: moves it to where its digest says, and prints its descriptor
  local digest size
  digest=$(sha256sum "$1" | cut -d' ' -f1) size=$(stat -c %s "$1")
  mv "$1" "$layout/blobs/sha256/$digest"
  printf '{"mediaType": "%s", "digest": "sha256:%s", "size": %d}' "$2" "$digest" "$size"
}
layout() {
  local layout=$1 tag=$2 tar ids= layers= type=application/vnd.oci.image
  shift 2
  mkdir -p "$layout/blobs/sha256"
  for tar; do
    ids+=${ids:+, }\"sha256:$(sha256sum "$tar" | cut -d' ' -f1)\"
    gzip -1 "$tar"
    layers+=${layers:+, }$(blob "$tar.gz" $type.layer.v1.tar+gzip)
  done
  printf '{"architecture": "amd64", "os": "linux", "config": {"Cmd": ["bash"], "Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]},
    "rootfs": {"type": "layers", "diff_ids": [%s]}}' "$ids" >"$state/config"
  printf '{"schemaVersion": 2, "mediaType": "%s.manifest.v1+json", "config": %s, "layers": [%s]}' $type \
    "$(blob "$state/config" $type.config.v1+json)" "$layers" >"$state/manifest"
  local manifest
  manifest=$(blob "$state/manifest" $type.manifest.v1+json)
  printf '{"schemaVersion": 2, "manifests": [%s, "annotations": {"org.opencontainers.image.ref.name": "%s"}}]}' "${manifest%\}}" "$tag" >"$layout/index.json"
  echo '{"imageLayoutVersion": "1.0.0"}' >"$layout/oci-layout"
}
layers() { skopeo inspect --tls-verify=false "docker://$1" | jq -c .Layers; } # of an image in the registry
diff_ids() { "$@" inspect -f '{{json .RootFS.Layers}}' "$image"; }

echo "a Debian from debootstrap, pushed by skopeo"
# what debootstrap mounts goes with its mount namespace, also where it fails or is killed
quietly unshare -m --propagation private debootstrap --variant=minbase bookworm "$state/debian" ${mirror:+"$mirror"} || finish
tar -C "$state/debian" -cf "$state/1.tar" --exclude ./usr --exclude ./var --exclude './proc/*' --exclude './sys/*' --exclude './dev/*' .
tar -C "$state/debian" -cf "$state/2.tar" ./usr/lib
tar -C "$state/debian" -cf "$state/3.tar" --exclude ./usr/lib --exclude './usr/share/doc/*' --exclude './usr/share/locale/*' ./usr
tar -C "$state/debian" -cf "$state/4.tar" --exclude './var/lib/apt/lists/*' --exclude './var/cache/apt/*' ./var
release=$(sed -n 1p "$state/debian/etc/os-release")
layout "$state/layout" 12 "$state"/{1,2,3,4}.tar
succeeds "skopeo pushes it" skopeo --insecure-policy copy --dest-tls-verify=false "oci:$state/layout:12" "docker://$here/debian:12"
start_engine
image=$here/debian:12
equal "run pulls it and runs it" "$release" "$("$ondol" run --rm "$image" cat /etc/os-release 2>/dev/null | head -n 1)"
equal "so does docker" "$release" "$(docker run --rm "$image" cat /etc/os-release | head -n 1)"
holds "apt works in it" "$("$ondol" run --rm "$image" apt-cache policy bash 2>&1)" "Installed: 5"
equal "search finds it" "$here/debian" "$("$ondol" search --format '{{.Name}}' "$here/deb")"
equal "manifest inspect: the layers that skopeo sent" "$(layers "$image")" "$("$ondol" manifest inspect "$image" | jq -c '[.layers[].digest]')"
digest=$("$ondol" images --digests --format '{{.Digest}}' "$here/debian")
equal "pull by digest: it is here" "$here/debian@$digest" "$("$ondol" pull -q "$here/debian@$digest")"
holds "images --tree" "$("$ondol" images --tree)" debian:12

echo "archives, through skopeo"
before=$(diff_ids docker)
"$ondol" save -o "$state/one.tar" "$image"
quietly skopeo --insecure-policy copy "docker-archive:$state/one.tar" "docker-archive:$state/two.tar:there/and:back"
succeeds "load of what skopeo made of what save wrote" "$ondol" load -i "$state/two.tar"
image=there/and:back
equal "with the same layers" "$before" "$(diff_ids docker)"
equal "and it runs" "$release" "$("$ondol" run --rm "$image" sed -n 1p /etc/os-release)"
quietly skopeo --insecure-policy copy "oci-archive:$state/one.tar" "oci-archive:$state/three.tar:there/and:again"
succeeds "load of an oci-archive" "$ondol" load -i "$state/three.tar"
"$ondol" rmi there/and:back >/dev/null
rm -f "$state"/{one,two,three}.tar

echo "changes, there and back"
image=$here/debian:12
"$ondol" run --name change "$image" sh -c 'echo ours >/ours' && "$ondol" commit change "$here/debian:ours" >/dev/null
succeeds "push of a commit" "$ondol" push "$here/debian:ours"
equal "compressed" application/vnd.oci.image.layer.v1.tar+gzip "$(skopeo inspect --raw --tls-verify=false "docker://$here/debian:ours" | jq -r '.layers[-1].mediaType')"
equal "the layers below are as they were" "$(layers "$image" | jq -c .)" "$(layers "$here/debian:ours" | jq -c '.[0:-1]')"
"$ondol" rm change >/dev/null
if [[ -n $peers ]] && { docker -H $peer version >/dev/null 2>&1 && running=1 || { running= && "$peers" dockerd start; }; }; then
  theirs() { docker -H $peer "$@"; }
  equal "Docker's engine runs it" ours "$(theirs run --rm "$here/debian:ours" cat /ours 2>/dev/null)"
  theirs run --name ondol-change "$here/debian:ours" sh -c 'echo theirs >/theirs; rm /etc/issue'
  quietly theirs commit ondol-change "$here/debian:theirs"
  quietly theirs push -q "$here/debian:theirs"
  theirs rm ondol-change >/dev/null
  equal "and back: both changes are there" "ours theirs" "$("$ondol" run --rm "$here/debian:theirs" sh -c 'test ! -e /etc/issue && echo $(cat /ours /theirs)' 2>/dev/null)"
  equal "layers that nobody changed have their digests" "$(layers "$here/debian:ours")" "$(layers "$here/debian:theirs" | jq -c '.[0:-1]')"
  quietly theirs rmi "$here/debian:ours" "$here/debian:theirs"
  [[ -n $running ]] || "$peers" dockerd stop
else
  echo "  left out: there and back through Docker's own engine (ONDOL_PEERS names no tool that starts one)"
fi
all=$("$ondol" pull -a "$here/debian" 2>&1)
holds "pull -a: all tags, this one" "$all" "12: Pulling from debian"
holds "and that one" "$all" "ours: Pulling from debian"

echo "who may, and by which way"
if command -v htpasswd >/dev/null; then
  htpasswd -Bbn me secret >"$state/htpasswd"
  printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "127.0.0.1:%d"}\nauth: {htpasswd: {realm: test, path: %s}}\n' \
    "$state/closed" $((port + 1)) "$state/htpasswd" >"$state/closed.yml"
  docker-registry serve "$state/closed.yml" >"$state/closed.log" 2>&1 </dev/null &
  closed=$!
  disown $closed
  trap 'kill $registry $closed 2>/dev/null; end_all' EXIT
  # a helper as docker-credential-helpers describes them: get, store and erase, by JSON
  mkdir -p "$state/bin" "$state/docker" "$state/shelf"
  cat >"$state/bin/docker-credential-shelf" <<HELPER
#!/bin/sh
cd "$state/shelf" || exit
case \$1 in
store) json=\$(cat); echo "\$json" >"\$(echo "\$json" | jq -r .ServerURL | tr / _)" ;;
get) cat "\$(cat | tr / _)" 2>/dev/null || { echo "credentials not found in native keychain"; exit 1; } ;;
erase) rm -f "\$(cat | tr / _)" ;;
esac
HELPER
  chmod +x "$state/bin/docker-credential-shelf"
  there=127.0.0.1:$((port + 1))
  echo "{\"credHelpers\": {\"$there\": \"shelf\"}}" >"$state/docker/config.json"
  known() { PATH=$state/bin:$PATH DOCKER_CONFIG=$state/docker "$ondol" "$@"; }
  until_true 20 bash -c "exec 3<>/dev/tcp/${there/:/\/}" 2>/dev/null
  "$ondol" tag "$image" "$there/debian:12"
  exits "nobody may push" 1 known push "$there/debian:12"
  exits "login with a wrong password" 1 known login -u me -p wrong "$there"
  succeeds "login, kept by a helper" known login -u me -p secret "$there"
  equal "the file has no password" "{}" "$(jq -c ".auths[\"$there\"]" "$state/docker/config.json")"
  succeeds "push, with what the helper has" known push "$there/debian:12"
  exits "who has another configuration may not pull" 1 "$ondol" pull "$there/debian:12"
  succeeds "logout" known logout "$there"
  exits "then nobody may" 1 known pull "$there/debian:12"
  "$ondol" rmi "$there/debian:12" >/dev/null
else
  echo "  left out: a registry with passwords (needs htpasswd: Debian's apache2-utils)"
fi
# Docker's registry answers requests that are made to it as a proxy: so it is one here, for a name that leads nowhere
kill_engine TERM
echo '{"insecure": ["registry.test"]}' >"$state/data/registries.json"
export HTTP_PROXY=http://$here
start_engine
told=$(docker info)
holds "info tells of the proxy" "$told" "HTTP Proxy: http://$here"
holds "and of the registry that may be insecure" "$told" " registry.test"
succeeds "pull through a proxy" "$ondol" pull -q registry.test/debian:12
kill_engine TERM
export NO_PROXY=.test
start_engine
"$ondol" rmi registry.test/debian:12 >/dev/null
exits "NO_PROXY goes around it" 1 "$ondol" pull -q registry.test/debian:12
unset HTTP_PROXY NO_PROXY
kill_engine TERM
start_engine

echo "killed while it pulls"
"$ondol" rmi -f $("$ondol" images -q "$here/debian" | sort -u) >/dev/null 2>&1
image=$here/debian:12 kills=${KILLS:-50} done=0
images=$state/data/images
stored() { (cd "$images" && find blobs layers staging -mindepth 1 -maxdepth 2 ! -name '*.log' 2>/dev/null | sort); }
empty=$(stored)
begun=${EPOCHREALTIME/[.,]/}
quietly docker pull -q "$image"
whole=$(((${EPOCHREALTIME/[.,]/} - begun) / 1000 + 1))
full=$(stored)
docker rmi "$image" >/dev/null
for ((kill = 0; kill < kills; kill++)); do
  start_engine
  docker pull -q "$image" >/dev/null 2>&1 &
  pull=$!
  sleep "$(awk -v ms=$((RANDOM % whole)) 'BEGIN {print ms / 1000}')"
  kill_engine KILL
  wait $pull && done=$((done + 1)) # it was quicker
  if ((kill % 10 == 9)); then
    start_engine
    quietly "$ondol" system check || break
  fi
  if docker images -q "$image" 2>/dev/null | grep -q .; then docker rmi "$image" >/dev/null; fi
done
# A few random moments may all have been before the first bytes or behind the last: then one is chosen.
half_there() { [[ -n $(find "$images/blobs/partial" -type f -size +64k 2>/dev/null) ]]; }
end=$((SECONDS + 120))
while (($(grep -c '" 206 ' "$state/access.log") == 0 && SECONDS < end)); do
  start_engine
  docker rmi "$image" >/dev/null 2>&1
  docker pull -q "$image" >/dev/null 2>&1 &
  until half_there || ! kill -0 $! 2>/dev/null; do :; done
  kill_engine KILL
  start_engine
  docker pull -q "$image" >/dev/null 2>&1
  docker rmi "$image" >/dev/null 2>&1
done
start_engine
ok "killed $kill times in pulls of $whole ms; $done had just ended"
succeeds "the next pull" docker pull -q "$image"
succeeds "system check finds nothing wrong" "$ondol" system check
equal "the store is what one pull makes" "$(wc -l <<<"$full")" "$(stored | wc -l)"
resumed=$(grep -c '" 206 ' "$state/access.log")
((resumed > 0)) && ok "layers were resumed $resumed times" || bad "no layer was resumed"
equal "and it runs" "$release" "$("$ondol" run --rm "$image" sed -n 1p /etc/os-release)"
"$ondol" rmi "$image" >/dev/null
until_true 20 eval '[[ $(stored) == "$empty" ]]' && ok "nothing is left of it" || bad "something is left" "$(diff <(echo "$empty") <(stored))"
finish
