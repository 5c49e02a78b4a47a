/** In the package this stands for a package of the AWS SDK that reads a browser's name. See package-cli.ts. */
export default {};
