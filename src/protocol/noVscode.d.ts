// What `vscode` resolves to outside src/extension: nothing, so that an import of it does not compile.
export {};
