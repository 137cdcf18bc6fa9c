import { apply } from "./math-functions.ts";
import { type Expression, ExpressionError } from "./math-parse.ts";
import { combine, type MathScope, type MathValue, seriesIn } from "./math-value.ts";

export function evaluate(expression: Expression, scope: MathScope): MathValue {
  switch (expression.kind) {
    case "number":
      return { kind: "scalar", value: expression.value };
    case "text":
      return { kind: "text", value: expression.value };
    case "name": {
      const found = scope.resolve(expression.name);
      if (found !== null) return found;
      // REPEAT and LINEAR are words of FILL; any other unknown name is a mistake of the caller.
      if (expression.name === "REPEAT" || expression.name === "LINEAR") return { kind: "text", value: expression.name };
      throw new ExpressionError(`there is no query with the id ${expression.name}`);
    }
    case "list":
      return { kind: "array", items: expression.items.flatMap((item) => seriesIn(evaluate(item, scope))) };
    case "call":
      return apply(
        expression.name,
        expression.args.map((argument) => evaluate(argument, scope)),
        scope,
      );
    case "negative":
      return combine("*", { kind: "scalar", value: -1 }, evaluate(expression.of, scope));
    case "binary":
      return combine(expression.operator, evaluate(expression.left, scope), evaluate(expression.right, scope));
    default:
      return expression satisfies never;
  }
}
