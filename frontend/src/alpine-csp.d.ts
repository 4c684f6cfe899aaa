// The package ships no types; only what is used here is declared.
declare module "@alpinejs/csp" {
  interface AlpineCsp {
    data(name: string, make: () => object): void;
    start(): void;
  }
  const Alpine: AlpineCsp;
  export default Alpine;
}

declare module "*.css";
declare module "*.scss";
