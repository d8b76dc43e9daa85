/** A program for node inside an environment: what of a list of places can be reached from there, as JSON `{name: 'open' | 'closed'}`. */
export const reachScript = (targets: Readonly<Record<string, readonly [string, number]>>): string => `
const net = require('node:net');
const fs = require('node:fs');
const route = fs.readFileSync('/proc/net/route', 'utf8').split('\\n').map((line) => line.split('\\t')).find(([, to]) => to === '00000000');
const gateway = route === undefined ? '127.255.255.254' : Buffer.from(route[2], 'hex').reverse().join('.');
const look = ([name, [host, port]]) => new Promise((resolve) => {
  const socket = net.connect({ host: host === 'gateway' ? gateway : host, port });
  const end = (how) => { socket.destroy(); resolve([name, how]); };
  socket.setTimeout(6000, () => end('closed'));
  socket.on('connect', () => end('open')).on('error', () => end('closed'));
});
Promise.all(Object.entries(${JSON.stringify(targets)}).map(look)).then((all) => console.log(JSON.stringify(Object.fromEntries(all))));
`;

/** A program for node inside an environment: says these bytes to the gateway's socket and tells the status lines that came, as JSON. */
export const rawRequestScript = (attacks: Readonly<Record<string, string>>): string => `
const net = require('node:net');
const say = ([name, bytes]) => new Promise((resolve) => {
  let heard = '';
  const socket = net.connect('/flotilla/api/api.sock', () => socket.write(Buffer.from(bytes, 'latin1')));
  const end = () => { socket.destroy(); resolve([name, (heard.match(/HTTP\\/1\\.1 \\d+/g) || []).map((line) => Number(line.slice(9)))]); };
  socket.setTimeout(6000, end);
  socket.on('data', (chunk) => (heard += chunk.toString('latin1'))).on('error', end).on('close', end);
});
(async () => {
  const all = [];
  for (const attack of Object.entries(${JSON.stringify(attacks)})) all.push(await say(attack));
  console.log(JSON.stringify(Object.fromEntries(all)));
})();
`;
