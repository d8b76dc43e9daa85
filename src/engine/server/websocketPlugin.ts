import plugin from '@fastify/websocket';

/** The one door to the WebSocket plugin; it also adds its route options to fastify's types. */
export const websocketPlugin = plugin;

/** Bytes of one frame of a viewer: what a person types or pastes. */
export const websocketOptions = { options: { maxPayload: 1024 * 1024 } } as const;
