import type * as lateAddons from './lateAddons.ts';

/** The page's script; it stands beside the bundle of the addons. Known only while the script runs for the first time. */
const script = document.currentScript instanceof HTMLScriptElement ? document.currentScript.src : '';

/** Loads the addons that the first picture does not need. The page's policy lets them in by the nonce of the script that asks. */
export async function loadAddons(): Promise<typeof lateAddons> {
  // The door to a bundle that is built from this very module.
  return (await import(new URL('panelAddons.js', script).href)) as typeof lateAddons;
}
