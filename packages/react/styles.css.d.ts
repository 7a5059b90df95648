// TypeScript 6 checks side-effect imports, so `import "@sessionstream/react/styles.css"` needs a declaration.
export {};
