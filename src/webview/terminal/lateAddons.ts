import { SearchAddon } from '@xterm/addon-search';
import { WebglAddon } from '@xterm/addon-webgl';

// A bundle of its own: what the first picture of a terminal does not need, and a third of the panel's code.

export const searchAddon = (): SearchAddon => new SearchAddon({ highlightLimit: 1000 });

export const webglAddon = (): WebglAddon => new WebglAddon();
