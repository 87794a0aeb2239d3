// The operations of dockerode's README; each is one line: ok or WRONG, a tab, its name.
const Docker = require('dockerode');
const fs = require('fs');
const { PassThrough } = require('stream');
const assert = require('assert');
const docker = new Docker({ socketPath: process.env.SOCKET });
const alone = { HostConfig: { NetworkMode: 'none' } };
const text = (stream) => new Promise((done, failed) => {
  let all = '';
  stream.on('data', (piece) => { all += piece; });
  stream.on('end', () => done(all));
  stream.on('error', failed);
});
async function check(name, work) {
  try {
    await work();
    console.log('ok\t' + name);
  } catch (e) {
    console.log('WRONG\t' + name + ': ' + String(e && e.message).split('\n').join(' '));
  }
}
const box = () => docker.createContainer({ Image: 'base', Cmd: ['sleep', '1000'], ...alone });

(async () => {
  await check('importImage', async () => {
    const stream = await docker.importImage(fs.createReadStream(process.env.TAR), { repo: 'base', tag: 'latest' });
    await text(stream);
    assert((await docker.getImage('base').inspect()).Id.startsWith('sha256:'));
  });
  await check('ping, version, info, df', async () => {
    assert.equal(String(await docker.ping()), 'OK');
    assert.equal((await docker.version()).Os, 'linux');
    assert((await docker.info()).NCPU > 0);
    assert(Array.isArray((await docker.df()).Images));
  });
  await check('createContainer, start, inspect, stop, remove', async () => {
    const container = await box();
    await container.start();
    assert.equal((await container.inspect()).State.Running, true);
    await container.stop({ t: 0 });
    await container.remove();
    await assert.rejects(container.inspect(), { statusCode: 404 });
  });
  await check('listContainers with filters', async () => {
    const container = await docker.createContainer({ Image: 'base', Cmd: ['true'], Labels: { a: 'b' }, ...alone });
    const found = await docker.listContainers({ all: true, filters: { label: ['a=b'] } });
    assert.deepEqual(found.map((one) => one.Id), [container.id]);
    await container.remove();
  });
  await check('run', async () => {
    const out = new PassThrough();
    const said = text(out); // ends with the container's output, which may come after the answer to wait
    const [data, container] = await docker.run('base', ['sh', '-c', 'echo hello; exit 2'], out, { ...alone, Tty: true });
    assert.equal(data.StatusCode, 2);
    assert.match(await said, /hello/);
    await container.remove();
  });
  await check('attach, demuxStream, wait', async () => {
    const container = await docker.createContainer({
      Image: 'base', Cmd: ['sh', '-c', 'read x; echo out $x; echo err >&2'], ...alone,
      OpenStdin: true, StdinOnce: true, AttachStdin: true, AttachStdout: true, AttachStderr: true });
    const stream = await container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true });
    const out = new PassThrough(), err = new PassThrough();
    const outText = text(out), errText = text(err);
    container.modem.demuxStream(stream, out, err);
    stream.on('end', () => { out.end(); err.end(); });
    await container.start();
    stream.write('typed\n');
    stream.end();
    assert.equal((await container.wait()).StatusCode, 0);
    assert.equal(await outText, 'out typed\n');
    assert.equal(await errText, 'err\n');
    await container.remove();
  });
  await check('exec, exec inspect, resize', async () => {
    const container = await box();
    await container.start();
    const exec = await container.exec({ Cmd: ['sh', '-c', 'cat; exit 5'], AttachStdin: true, AttachStdout: true });
    const stream = await exec.start({ hijack: true, stdin: true });
    const out = new PassThrough();
    const said = text(out);
    docker.modem.demuxStream(stream, out, out);
    stream.on('end', () => out.end());
    stream.end('through');
    assert.equal(await said, 'through');
    assert.equal((await exec.inspect()).ExitCode, 5);
    await container.remove({ force: true });
  });
  await check('logs, followed', async () => {
    const container = await docker.createContainer({ Image: 'base', Cmd: ['sh', '-c', 'echo 1; sleep 0.3; echo 2'], ...alone, Tty: true });
    await container.start();
    const stream = await container.logs({ follow: true, stdout: true, stderr: true });
    assert.match(await text(stream), /1\r?\n2\r?\n/);
    await container.remove({ force: true });
  });
  await check('putArchive, getArchive, infoArchive, changes, export', async () => {
    const container = await box();
    await container.putArchive(fs.createReadStream(process.env.TAR), { path: '/tmp' });
    assert(await text(await container.getArchive({ path: '/tmp/etc/release' })).then((tar) => tar.includes('Ondol test root')));
    await container.infoArchive({ path: '/tmp' });
    assert((await container.changes()).some((one) => one.Path === '/tmp/etc'));
    assert((await text(await container.export())).length > 10000);
    await container.remove();
  });
  await check('pause, unpause, kill, restart, rename, update, top', async () => {
    const container = await box();
    await container.start();
    await container.pause();
    await container.unpause();
    await container.rename({ name: 'renamed' });
    await container.update({ Memory: 64 << 20, MemorySwap: 64 << 20 });
    assert.equal((await container.top()).Processes.length, 1);
    await container.restart({ t: 0 });
    await container.kill();
    await container.remove({ force: true });
  });
  await check('commit, tag, history, listImages, get, loadImage, remove', async () => {
    const container = await box();
    await container.commit({ repo: 'made', tag: '1' });
    await docker.getImage('made:1').tag({ repo: 'again', tag: '2' });
    assert((await docker.getImage('made:1').history()).length > 0);
    assert((await docker.listImages({ filters: { reference: ['again'] } })).length === 1);
    const file = process.env.TAR + '.saved';
    await new Promise(async (done) => (await docker.getImage('made:1').get()).pipe(fs.createWriteStream(file)).on('finish', done));
    await docker.getImage('again:2').remove();
    await docker.getImage('made:1').remove({ force: true });
    await text(await docker.loadImage(fs.createReadStream(file)));
    await docker.getImage('made:1').inspect();
    await container.remove();
  });
  await check('followProgress of a pull that fails', async () => {
    await assert.rejects(docker.pull('127.0.0.1:1/nothing:1'));
  });
  await check('createVolume, listVolumes, prune', async () => {
    const volume = await docker.createVolume({ Name: 'jar', Labels: { a: 'b' } });
    assert.equal((await volume.inspect()).Driver, 'local');
    assert((await docker.listVolumes()).Volumes.length === 1);
    await volume.remove();
    await docker.pruneVolumes();
    await docker.pruneContainers();
    await docker.pruneImages();
  });
  await check('buildImage of a folder, followProgress', async () => {
    const folder = fs.mkdtempSync(process.env.TAR + '.context');
    fs.writeFileSync(folder + '/Dockerfile', 'FROM base\nCOPY file /file\nRUN cat /file\n');
    fs.writeFileSync(folder + '/file', 'from the context');
    const stream = await docker.buildImage({ context: folder, src: ['Dockerfile', 'file'] }, { t: 'built:1', networkmode: 'none' });
    const lines = await new Promise((done, failed) => docker.modem.followProgress(stream, (e, all) => (e ? failed(e) : done(all))));
    assert(lines.some((line) => line.stream === 'from the context'));
    await docker.getImage('built:1').remove();
    await docker.pruneBuilder();
  });
  await check('buildImage of a tar; one that fails', async () => {
    const folder = fs.mkdtempSync(process.env.TAR + '.context');
    fs.writeFileSync(folder + '/Dockerfile', 'FROM base\nRUN exit 4\n');
    const tar = require('child_process').spawn('tar', ['-C', folder, '-cf', '-', '.']).stdout;
    const stream = await docker.buildImage(tar, { forcerm: true, networkmode: 'none' });
    const lines = await new Promise((done, failed) => docker.modem.followProgress(stream, (e, all) => (e ? failed(e) : done(all))));
    assert.match(lines.at(-1).error, /non-zero code: 4/);
  });
  if (process.env.REGISTRY) {
    await check('tag, push, pull, checkAuth', async () => {
      const name = process.env.REGISTRY + '/house/base';
      const through = (stream) => new Promise((done, failed) => docker.modem.followProgress(stream, (e, all) => (e ? failed(e) : done(all))));
      await docker.getImage('base').tag({ repo: name, tag: '1' });
      const pushed = await through(await docker.getImage(name).push({ tag: '1' }));
      assert(pushed.some((line) => /^1: digest: sha256:/.test(line.status)));
      await docker.getImage(name + ':1').remove();
      const pulled = await through(await docker.pull(name + ':1'));
      assert(pulled.some((line) => /^Status: Downloaded newer image/.test(line.status)));
      await docker.getImage(name + ':1').remove();
      assert.equal((await docker.checkAuth({ username: 'a', password: 'b', serveraddress: process.env.REGISTRY })).Status, 'Login Succeeded');
    });
  }
  await check('stats', async () => {
    const container = await box();
    await container.start();
    const stats = await container.stats({ stream: false });
    assert.equal(stats.pids_stats.current, 1);
    assert(stats.memory_stats.usage > 0);
    await container.remove({ force: true });
  });
  await check('wait with a condition, cut short by an abort signal', async () => {
    const container = await box();
    await container.start();
    const controller = new AbortController();
    const waiting = container.wait({ condition: 'next-exit', abortSignal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await assert.rejects(waiting);
    const removed = container.wait({ condition: 'removed' });
    await container.remove({ force: true });
    assert.equal((await removed).StatusCode, 137);
  });
  await check('callbacks in place of promises', async () => {
    const found = await new Promise((done) => docker.getContainer('nobody').inspect((e, data) => done([e.statusCode, data])));
    assert.equal(found[0], 404);
  });
  await check('listServices: refused in words', async () => {
    await assert.rejects(docker.listServices(), /swarm/);
  });
  await check('createNetwork, connect, disconnect, ports, prune', async () => {
    const network = await docker.createNetwork({ Name: 'floor', Labels: { a: 'b' } });
    const web = await docker.createContainer({
      Image: 'base', Cmd: ['httpd', '-f', '-p', '80', '-h', '/etc'], ExposedPorts: { '80/tcp': {} },
      HostConfig: { NetworkMode: 'floor', PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1' }] } } });
    await web.start();
    const { Ports } = (await web.inspect()).NetworkSettings;
    const page = await fetch('http://127.0.0.1:' + Ports['80/tcp'][0].HostPort + '/release');
    assert.match(await page.text(), /Ondol test root/);
    await docker.getNetwork('bridge').connect({ Container: web.id });
    assert.deepEqual(Object.keys((await web.inspect()).NetworkSettings.Networks).sort(), ['bridge', 'floor']);
    await docker.getNetwork('bridge').disconnect({ Container: web.id });
    assert.deepEqual(Object.keys((await network.inspect()).Containers), [web.id]);
    await assert.rejects(network.remove(), { statusCode: 403 });
    await web.remove({ force: true });
    assert.deepEqual((await docker.pruneNetworks()).NetworksDeleted, ['floor']);
  });
  await check('listNetworks, inspect', async () => {
    assert((await docker.listNetworks()).some((one) => one.Name === 'bridge'));
    assert.equal((await docker.getNetwork('none').inspect()).Driver, 'null');
  });
  await check('getEvents', async () => {
    const stream = await docker.getEvents({ filters: { type: ['container'] } });
    const first = new Promise((done) => stream.once('data', (piece) => done(JSON.parse(String(piece).split('\n')[0]))));
    const container = await box();
    assert.equal((await first).Action, 'create');
    stream.destroy();
    await container.remove();
  });
  process.exit(0);
})();
