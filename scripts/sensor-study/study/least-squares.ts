/** Coefficients of the ordinary least squares fit of `targets` on `inputs`, one coefficient a column. */
export function fitLeastSquares(inputs: readonly (readonly number[])[], targets: readonly number[]): number[] {
  const size = inputs[0]?.length ?? 0;
  const normal = Array.from({ length: size }, () => new Array<number>(size + 1).fill(0));
  inputs.forEach((row, at) => {
    normal.forEach((equation, i) => {
      const left = row[i] ?? 0;
      row.forEach((value, j) => {
        equation[j] = (equation[j] ?? 0) + left * value;
      });
      equation[size] = (equation[size] ?? 0) + left * (targets[at] ?? 0);
    });
  });
  return solve(normal);
}

/** Gauss-Jordan elimination with the largest pivot; `equations` carry their right side last. */
function solve(equations: number[][]): number[] {
  const size = equations.length;
  for (let column = 0; column < size; column++) {
    const pivot = pivotOf(equations, column);
    [equations[column], equations[pivot]] = [equations[pivot] ?? [], equations[column] ?? []];
    const head = equations[column] ?? [];
    const scale = head[column] ?? 1;
    head.forEach((value, at) => {
      head[at] = value / scale;
    });
    equations.forEach((row, at) => {
      if (at !== column) subtract(row, head, row[column] ?? 0);
    });
  }
  return equations.map((row) => row[size] ?? 0);
}

function pivotOf(equations: readonly (readonly number[])[], column: number): number {
  let best = column;
  for (let row = column; row < equations.length; row++) {
    if (Math.abs(equations[row]?.[column] ?? 0) > Math.abs(equations[best]?.[column] ?? 0)) best = row;
  }
  return best;
}

function subtract(row: number[], head: readonly number[], factor: number): void {
  head.forEach((value, at) => {
    row[at] = (row[at] ?? 0) - factor * value;
  });
}
