// RingProbe: everything two threads of the daemon share, worked hard by two threads.
//
// It exists to be built with a sanitizer (tools/sanitize). `RingProbe rings SEED` must say "ok"
// without a report; the words beginning with "broken" must be reported.

import HAL

let words = Program.arguments
let seed = words.count > 1 ? UInt64(words[1]) ?? 1 : 1
let fault: String?
switch words.first {
case "rings": fault = workRings(seed: seed) ?? workOwners(seed: seed)
case "counters": fault = workCounters()
case "hand-over": fault = workHandOver(seed: seed)
case "broken-owner": fault = useAfterFree()
case "broken-end": fault = overrun()
default: fault = "usage: RingProbe rings|counters|hand-over|broken-… [SEED]"
}
if let fault {
    Terminal.write("RingProbe: seed \(seed): \(fault)\n", to: .complaint)
    Program.exit(1)
}
Terminal.write("ok\n")
Program.exit(0)
