export function addDemo(): void {}
