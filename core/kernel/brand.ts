declare const brand: unique symbol;

/** A value of `T` that cannot be passed where another kind of `T` is wanted. Costs nothing at run time. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
