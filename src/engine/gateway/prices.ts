/** US dollars per million tokens. */
interface Price {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  /** Cache entries that live for five minutes, and those that live for an hour. */
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
}

/** What one answer used, with everything that changes its price. */
export interface PricedUse {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWrite5mTokens: number;
  readonly cacheWrite1hTokens: number;
  readonly webSearches: number;
  readonly fast: boolean;
  /** The answer was computed in the United States only, at a surcharge. */
  readonly unitedStates: boolean;
}

interface ModelPrice {
  readonly standard: Price;
  readonly fast?: Price | undefined;
  /** The price of a whole request whose prompt (read and written cache included) is longer than this many tokens. */
  readonly long?: { readonly above: number; readonly price: Price } | undefined;
}

/** Writing to the cache costs 1.25 (five minutes) or 2 (an hour) times the input. */
const price = (input: number, output: number, cacheRead: number): Price => ({
  input,
  output,
  cacheRead,
  cacheWrite5m: input * 1.25,
  cacheWrite1h: input * 2,
});

const webSearch = 0.01;
const unitedStatesFactor = 1.1;

const fable52: ModelPrice = { standard: price(8, 40, 0.2), fast: price(16, 80, 0.4) };
const fable51: ModelPrice = { standard: price(10, 50, 0.25) };
const fable5: ModelPrice = { standard: price(10, 50, 1) };
const opus5: ModelPrice = { standard: price(5, 25, 0.5), fast: price(10, 50, 1) };
const opus46: ModelPrice = { standard: price(5, 25, 0.5), fast: price(30, 150, 3) };
const opus4: ModelPrice = { standard: price(15, 75, 1.5) };
const sonnet4: ModelPrice = { standard: price(3, 15, 0.3) };

/**
 * Anthropic's list prices of 20 November 2026, as Claude Code 2.1.328 has them: each standard price was measured from the
 * `total_cost_usd` of its result events (test/real/claudePrices.test.ts does it again), the fast and long ones were read in its
 * model catalogue.
 */
const prices: Readonly<Record<string, ModelPrice>> = {
  'claude-fable-5-2': fable52,
  'claude-mythos-5-2': fable52,
  'claude-fable-5-1': fable51,
  'claude-mythos-5-1': fable51,
  'claude-fable-5': fable5,
  'claude-mythos-5': fable5,
  'claude-opus-5-5': { standard: price(4, 20, 0.2), fast: price(8, 40, 0.4) },
  'claude-opus-5': opus5,
  'claude-opus-4-8': opus5,
  'claude-opus-4-7': opus46,
  'claude-opus-4-6': opus46,
  'claude-opus-4-5': { standard: price(5, 25, 0.5) },
  'claude-opus-4-1': opus4,
  'claude-opus-4-0': opus4,
  'claude-opus-4': opus4,
  'claude-sonnet-5-5': { standard: price(2, 10, 0.1) },
  'claude-sonnet-5': { standard: price(2, 10, 0.2) },
  'claude-sonnet-4-6': sonnet4,
  'claude-sonnet-4-5': sonnet4,
  'claude-sonnet-4-0': sonnet4,
  'claude-sonnet-4': sonnet4,
  'claude-3-7-sonnet': sonnet4,
  'claude-haiku-5-5': { standard: price(0.1, 0.5, 0.01), long: { above: 100_000, price: price(0.5, 2.5, 0.05) } },
  'claude-haiku-4-5': { standard: price(1, 5, 0.1) },
  'claude-3-5-haiku': { standard: price(0.8, 4, 0.08) },
};

/** The models whose price is known, by family name. */
export const pricedModels: readonly string[] = Object.keys(prices);

/** `us.anthropic.claude-opus-4-5-20251101-v1:0`, `claude-opus-4-5@20251101` and `claude-opus-4-5[1m]` are all `claude-opus-4-5`. */
const familyOf = (model: string): string =>
  model
    .toLowerCase()
    .replace(/^.*?(?=claude-)/, '')
    .replace(/\[.*$/, '')
    .replace(/-v\d+(:\d+)?$/, '')
    .replace(/[-@]\d{8}$/, '')
    .replace(/-latest$/, '');

/** US dollars at list price, or `undefined` for a model whose price is unknown. */
export function costOf(model: string, use: PricedUse): number | undefined {
  const family = familyOf(model);
  const known = Object.hasOwn(prices, family) ? prices[family] : undefined;
  if (known === undefined) return undefined;
  const prompt = use.inputTokens + use.cacheReadTokens + use.cacheWrite5mTokens + use.cacheWrite1hTokens;
  const { long } = known;
  const usual = use.fast ? (known.fast ?? known.standard) : known.standard;
  const per = long !== undefined && prompt > long.above ? long.price : usual;
  const tokens =
    use.inputTokens * per.input +
    use.outputTokens * per.output +
    use.cacheReadTokens * per.cacheRead +
    use.cacheWrite5mTokens * per.cacheWrite5m +
    use.cacheWrite1hTokens * per.cacheWrite1h;
  return (tokens / 1_000_000) * (use.unitedStates ? unitedStatesFactor : 1) + use.webSearches * webSearch;
}
