import type { Provider } from "ethers";

/** A node that is `provider` but for some methods. */
export function otherNode(provider: Provider, methods: Partial<Provider>): Provider {
  return new Proxy(provider, {
    get: (target, name) => {
      if (name in methods) return Reflect.get(methods, name) as unknown;
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? (value as (...args: unknown[]) => unknown).bind(target) : value;
    },
  });
}
