/** In the package this stands for `bowser`, which reads a browser's name. See package-cli.ts. */
export default {};
