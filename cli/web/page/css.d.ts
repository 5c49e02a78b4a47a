/** esbuild takes styles that a module imports into the page's own. */
declare module '*.css';
