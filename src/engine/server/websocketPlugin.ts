import plugin, { type WebsocketPluginOptions } from '@fastify/websocket';

/** The one door to the WebSocket plugin; it also adds its route options to fastify's types. */
export const websocketPlugin = plugin;

/** Of RFC 6455: whoever says it goes away. */
const goingAway = 1001;

export const websocketOptions: WebsocketPluginOptions = {
  // Bytes of one frame of a viewer: what a person types or pastes.
  options: { maxPayload: 1024 * 1024 },
  preClose(done) {
    for (const socket of this.websocketServer.clients) socket.close(goingAway, 'the engine leaves');
    this.websocketServer.close(() => {
      done();
    });
  },
};
