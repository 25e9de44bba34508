// region lock
/** Reads package-lock.json (lockfileVersion 2 or 3) and returns what a reviewer must see before npm ci runs. */
export function auditLock(lock, { registry = 'https://registry.npmjs.org/', allowedScripts = [] } = {}) {
  const findings = [];
  for (const [path, entry] of Object.entries(lock.packages ?? {})) {
    if (path === '' || entry.link) continue; // the project itself, workspace links
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const id = `${name}@${entry.version}`;
    if (!entry.inBundle && !entry.resolved?.startsWith(registry)) findings.push(`${id}: from ${entry.resolved ?? 'unknown'}`);
    else if (entry.resolved && !entry.resolved.startsWith(`${registry}${entry.name ?? name}/-/`)) {
      findings.push(`${id}: tarball of another package ${entry.resolved}`);
    }
    if (!entry.inBundle && !/^sha512-/.test(entry.integrity ?? '')) findings.push(`${id}: no sha512 integrity`);
    if (entry.hasInstallScript && !allowedScripts.includes(id)) findings.push(`${id}: runs a script at install`);
  }
  return findings;
}
// endregion lock
