// What the suite's results come to: how many of each kind passed, and which of the required and optimal did not.
// Surrogate-Control, which is no standard and which the suite's own site leaves out, is counted apart.
import { readFileSync } from 'node:fs'

const [, , suite, resultsFile] = process.argv
const results = JSON.parse(readFileSync(resultsFile, 'utf8'))
const { default: groups } = await import(`${suite}/tests/index.mjs`)
const { default: surrogate } = await import(`${suite}/tests/surrogate-control.mjs`)

function sum (groups) {
  const counts = {}
  const failed = []
  for (const { tests } of groups) {
    for (const { id, kind = 'required', browser_only: browserOnly } of tests) {
      if (browserOnly) continue
      const count = (counts[kind] ??= { passed: 0, all: 0 })
      count.all += 1
      if (results[id] === true) count.passed += 1
      else if (kind !== 'check') failed.push(`  ${kind} ${id}: ${results[id]?.[1] ?? 'not run'}`)
    }
  }
  const said = ['required', 'optimal', 'check'].map(kind => `${kind} ${counts[kind]?.passed ?? 0} of ${counts[kind]?.all ?? 0}`)
  return [said.join(', '), ...failed.sort()].join('\n')
}

console.log(sum(groups.filter(group => group.id !== surrogate.id)))
console.log(`Surrogate-Control: ${sum([surrogate])}`)
