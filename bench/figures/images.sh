# Images that are here already: listed, made from a container, written to an archive and read from one, beside Docker's
# engine. For bench/run.
figure images commit save-load

images() { # 500 images, each with a name and a layer of its own
  local i count=${IMAGES:-500}
  our_engine
  mkdir -p "$state/one"
  for ((i = 0; i < count; i++)); do
    echo $i >"$state/one/number"
    tar -C "$state/one" -c number | docker -H "$ours" import - many:$i >/dev/null
  done
  docker_images=(docker -H "$ours" images)
  ondol_images=("$top/ondol" --host "$ours" images)
  in_turn docker_images ondol_images
  shown "${docker_images[@]}"; shown "${ondol_images[@]}"
  at_most "docker images, $count images" docker_images 100
  at_most "ondol images, $count images" ondol_images 100
  docker -H "$ours" rmi -f $(docker -H "$ours" images -q many) >/dev/null
}

# a container that has written 100 MB of this machine's programs, which compress as programs do
changed='busybox find /source -type f -size -20000k | busybox sort | busybox xargs cat 2>/dev/null | busybox head -c 100000000 >/changed'
commit() {
  local round host name times=${COMMITS:-5}
  our_engine
  their_engine commit || return 0
  at_end docker -H $theirs rmi -f ondol-bench-commit
  for host in "$ours" $theirs; do
    docker -H "$host" run --name ondol-bench-changed --label ondol-bench --network none -v /usr/lib:/source:ro ondol-bench sh -c "$changed"
  done
  for ((round = 0; round < times; round++)); do
    for host in "$ours" $theirs; do
      if [[ $host = "$ours" ]]; then name=ondol; else name=dockerd; fi
      sync
      once "$state/commit_on_$name" docker -H "$host" commit ondol-bench-changed ondol-bench-commit
      docker -H "$host" rmi ondol-bench-commit >/dev/null
    done
  done
  for host in "$ours" $theirs; do docker -H "$host" rm -f ondol-bench-changed >/dev/null; done
  shown docker -H "$ours" commit ondol-bench-changed ondol-bench-commit; shown docker -H $theirs commit ondol-bench-changed ondol-bench-commit
  ratio "commit of 100 MB / docker" commit_on_ondol commit_on_dockerd 0.7
}

save_load() {
  local round host name archive times=${SAVES:-3}
  big_image save-load || return 0
  for host in "$ours" $theirs; do docker -H "$host" pull -q $big >/dev/null; done
  for ((round = 0; round < times; round++)); do
    for host in "$ours" $theirs; do
      if [[ $host = "$ours" ]]; then name=ondol; else name=dockerd; fi
      archive=$state/$name.tar
      sync; once "$state/save_on_$name" docker -H "$host" save -o "$archive" $big
      docker -H "$host" rmi $big >/dev/null
      # both read the archive that Docker's engine wrote, as soon as there is one
      [[ ! -f $state/dockerd.tar ]] || archive=$state/dockerd.tar
      sync; once "$state/load_on_$name" docker -H "$host" load -q -i "$archive"
    done
  done
  for host in "$ours" $theirs; do docker -H "$host" rmi $big >/dev/null; done
  rm -f "$state"/{ondol,dockerd}.tar
  shown docker -H "$ours" save -o STATE/ondol.tar $big; shown docker -H $theirs save -o STATE/dockerd.tar $big
  shown docker -H "$ours" load -q -i STATE/dockerd.tar; shown docker -H $theirs load -q -i STATE/dockerd.tar
  ratio "save / docker" save_on_ondol save_on_dockerd 0.7
  ratio "load / docker" load_on_ondol load_on_dockerd 0.7
}
