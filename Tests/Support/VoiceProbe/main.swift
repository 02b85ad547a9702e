// VoiceProbe: what the jitter buffer makes of speech over a network, as one line of JSON.
//
// `VoiceProbe [DEPTH [OFFSET [SEED]]] < DELAYS`, where DELAYS has one line a packet of 20 ms: its
// milliseconds on the way, `-` if it was lost. Each packet repeats DEPTH frames before it, which
// were sent OFFSET packets apart (0 and 1). The talk is made up from SEED.

import Audio
import Foundation
import Scene

let words = CommandLine.arguments.dropFirst().compactMap { Int($0) }
let (depth, offset) = (words.first ?? 0, words.dropFirst().first ?? 1)
let seed = UInt64(words.dropFirst(2).first ?? 1)

var delays: [Double?] = []
while let line = readLine() { delays.append(Double(line)) }
let trace = Trace(delays: delays)
let speech = Speech(seconds: min(60, trace.length / 1000), pauses: true, seed: seed)
var voice = try Voice()
let figures = trace.play(
    try Talk(speech, perPacket: 2), voice: &voice, depth: depth, offset: offset)

let fields: [(String, Double)] = [
    ("mean_delay_ms", figures.meanDelay), ("p95_delay_ms", figures.p95Delay),
    ("concealed_percent", figures.concealedPercent),
    ("longest_concealed_ms", figures.longestConcealed),
    ("stretched_ms_per_minute", figures.stretchedPerMinute), ("j", figures.cost),
]
let body = fields.map { "\"\($0)\": \(($1 * 1e4).rounded() / 1e4)" }.joined(separator: ", ")
print("{\(body)}")
