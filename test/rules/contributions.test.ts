import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { ids } from '../../src/extension/ids.ts';
import { allActions } from '../../src/extension/model/actions.ts';
import { type Source, readSources, root } from '../support/rules/source.ts';

const menuItemSchema = z.object({ command: z.string(), when: z.string().optional() });
const settingSchema = z.object({
  type: z.string(),
  default: z.unknown().refine((value) => value !== undefined, 'has no default'),
  scope: z.string(),
  description: z.string().optional(),
  markdownDescription: z.string().optional(),
  enum: z.array(z.string()).optional(),
  enumDescriptions: z.array(z.string()).optional(),
});
const viewSchema = z.object({ id: z.string(), icon: z.string() });
const stepSchema = z.object({
  id: z.string(),
  description: z.string(),
  media: z.object({ svg: z.string(), altText: z.string().min(10) }),
  completionEvents: z.array(z.string()),
});
const contributesSchema = z.object({
  commands: z.array(
    z.object({ command: z.string(), title: z.string(), category: z.string(), enablement: z.string().optional() }),
  ),
  menus: z.record(z.string(), z.array(menuItemSchema)),
  keybindings: z.array(menuItemSchema),
  viewsContainers: z.object({ activitybar: z.array(viewSchema) }),
  views: z.record(z.string(), z.array(viewSchema)),
  viewsWelcome: z.array(z.object({ view: z.string(), contents: z.string(), when: z.string() })),
  configuration: z.object({ properties: z.record(z.string(), settingSchema) }),
  walkthroughs: z.array(z.object({ id: z.string(), steps: z.array(stepSchema) })),
});
const manifestSchema = z.object({
  contributes: contributesSchema,
  capabilities: z.object({
    untrustedWorkspaces: z.object({ supported: z.literal('limited'), restrictedConfigurations: z.array(z.string()) }),
  }),
});

const manifest = manifestSchema.parse(JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')));
const { contributes } = manifest;
const sorted = (values: readonly string[]): string[] => [...values].sort();
const menuItems = [...Object.values(contributes.menus).flat(), ...contributes.keybindings];
const links = (text: string): string[] => [...text.matchAll(/\(command:([\w.-]+)\)/g)].map(([, id]) => id ?? '');
const conditions = [
  ...menuItems,
  ...contributes.viewsWelcome,
  ...contributes.commands.map((c) => ({ when: c.enablement })),
]
  .map(({ when }) => when ?? '')
  .concat(contributes.walkthroughs.flatMap(({ steps }) => steps.flatMap(({ completionEvents }) => completionEvents)));

/** Ids written out in a source that should take them from the table. */
const writtenOut = ({ path: file, text }: Source): string[] =>
  (text.match(/['"`]flotilla\.[a-zA-Z][\w.]*['"`]/g) ?? []).map((id) => `${file}: ${id}`);

describe('the contributions of package.json', () => {
  it('are the commands of the table of ids, no more and no less', () => {
    assert.deepEqual(sorted(contributes.commands.map(({ command }) => command)), sorted(Object.values(ids.command)));
    assert.deepEqual(
      contributes.commands.filter(({ category }) => category !== 'Flotilla'),
      [],
    );
  });

  it('are the settings of the table, each with a description, a default and words for its values', () => {
    const { properties } = contributes.configuration;
    assert.deepEqual(sorted(Object.keys(properties)), sorted(Object.values(ids.setting)));
    for (const [id, setting] of Object.entries(properties)) {
      assert.ok((setting.description ?? setting.markdownDescription ?? '').length > 20, id);
      assert.equal(setting.enum?.length, setting.enumDescriptions?.length, id);
      if (setting.enum !== undefined)
        assert.ok(
          setting.enum.some((value) => value === setting.default),
          id,
        );
    }
  });

  it('let no workspace set what reaches the machine', () => {
    for (const [id, { scope }] of Object.entries(contributes.configuration.properties)) {
      // A project may say where its work lands, once it is trusted.
      const isTrusted =
        id === ids.setting.landingTarget &&
        manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.includes(id);
      const isHarmless = id.startsWith('flotilla.sessions.') || (isTrusted && scope === 'machine-overridable');
      assert.ok(isHarmless || scope === 'machine' || scope === 'application', `${id} has the scope ${scope}`);
    }
  });

  it('are the view, its container and the walkthrough of the table, with pictures that are there', () => {
    assert.deepEqual(
      contributes.viewsContainers.activitybar.map(({ id }) => id),
      [ids.container],
    );
    const views = contributes.views[ids.container] ?? [];
    assert.deepEqual(
      views.map(({ id }) => id),
      Object.values(ids.view),
    );
    assert.deepEqual(
      contributes.walkthroughs.map(({ id }) => id),
      [ids.walkthrough],
    );
    const pictures = contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg));
    for (const file of [...pictures, ...views.map(({ icon }) => icon)])
      assert.ok(existsSync(path.join(root, file)), file);
  });

  it('name only commands that there are, in menus, keys, welcomes and steps', () => {
    const own: readonly string[] = Object.values(ids.command);
    const steps = contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps);
    const named = [
      ...menuItems.map(({ command }) => command),
      ...contributes.viewsWelcome.flatMap(({ contents }) => links(contents)),
      ...steps.flatMap(({ description }) => links(description)),
    ];
    assert.deepEqual(
      named.filter((id) => id.startsWith('flotilla.') && !own.includes(id)),
      [],
    );
  });

  it('ask in their conditions only for keys that the code sets', () => {
    const { can, ...keys } = ids.context;
    const known = new Set([
      ...Object.values(keys),
      ...Object.values(ids.view),
      ...allActions.map((action) => `${can}.${action}`),
    ]);
    const asked = conditions.flatMap((condition) => condition.match(/\bflotilla\.[\w.]+/g) ?? []);
    assert.deepEqual(
      [...new Set(asked)].filter((key) => !known.has(key as never)),
      [],
    );
    const items = conditions.flatMap((condition) => [...condition.matchAll(/can:(\w+)/g)].map(([, action]) => action));
    assert.deepEqual(
      items.filter((action) => !allActions.some((known) => known === action)),
      [],
    );
  });

  it('are written out in the table of ids alone', () => {
    const sources = readSources(/^src\/extension\/(?!ids\.ts$).*\.ts$/);
    assert.deepEqual(sources.flatMap(writtenOut), []);
  });

  it('are commands each of which runs in some test', () => {
    const texts = readSources(/^test\/(host|ui)\/.*\.ts$/).map(({ text }) => text);
    const titleOf = (id: string): string => contributes.commands.find(({ command }) => command === id)?.title ?? id;
    const unused = Object.entries(ids.command).filter(
      ([name, id]) => !texts.some((text) => new RegExp(`\\b${name}\\b`).test(text) || text.includes(titleOf(id))),
    );
    assert.deepEqual(
      unused.map(([name]) => name),
      [],
    );
  });
});
