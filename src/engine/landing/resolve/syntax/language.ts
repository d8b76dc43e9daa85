const languages = [
  [/\.(jsonc?|json5|code-workspace|webmanifest|ipynb|geojson|har)$|(^|\/)(composer|bun|Pipfile)\.lock$/i, 'json'],
  [/\.ya?ml$/i, 'yaml'],
  [/\.toml$|(^|\/)(Cargo|poetry|uv|pdm)\.lock$/i, 'toml'],
  [/\.(xml|svg|[a-z]+proj|props|targets|resx|xaml|plist|xsd|wsdl|nuspec|storyboard|xib)$/i, 'xml'],
  [/\.[mc]?[jt]sx?$/i, 'script'],
] as const;

export type Language = (typeof languages)[number][1];

/** What a file is written in, as far as there is a parser for it here. */
export const languageOf = (path: string): Language | undefined => languages.find(([name]) => name.test(path))?.[1];
