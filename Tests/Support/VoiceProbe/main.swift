// VoiceProbe: what the jitter buffer makes of speech over networks, one line of JSON for each.
//
// Standard input has any number of networks. Each begins with a line `trace DEPTH OFFSET PACKET
// BLOCK`: every packet repeats DEPTH frames before it, which were sent OFFSET packets apart; it has
// PACKET ms of sound, 20 or 10, and BLOCK ms are played at once, 10 or 5. Left out they are the
// first of these. Then comes a line a packet: its milliseconds on the way, `-` if it was lost.
// `VoiceProbe TALKS` has so many talks made up and sends each over every network; what it says is
// the mean.

import Audio
import Foundation
import Scene

struct Network {
    var depth = 0
    var offset = 1
    var packet = 20
    var block = 10
    var delays: [Double?] = []
}

var networks: [Network] = []
while let line = readLine() {
    let words = line.split(separator: " ")
    if words.first == "trace" {
        let numbers = words.dropFirst().map { Int($0) ?? 0 }
        var network = Network(depth: numbers[0], offset: numbers[1])
        if numbers.count > 2 { network.packet = numbers[2] }
        if numbers.count > 3 { network.block = numbers[3] }
        networks.append(network)
    } else if !networks.isEmpty {
        networks[networks.count - 1].delays.append(Double(line))
    }
}
let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1
let speeches = (0..<count).map { Speech(seconds: 30, pauses: true, seed: UInt64($0 + 1)) }
var talks: [Int: [Talk]] = [:]
for packet in Set(networks.map(\.packet)) {
    talks[packet] = try speeches.map { try Talk($0, perPacket: packet / 10) }
}
for network in networks {
    let talked = talks[network.packet] ?? []
    let trace = Trace(delays: network.delays, interval: Double(network.packet))
    let figures = try talked.map { talk in
        var voice = try Voice(blockSamples: network.block * 48)
        return trace.play(talk, voice: &voice, depth: network.depth, offset: network.offset)
    }
    // What a delay that never changes would have come to, the best chosen afterwards.
    let lateness = trace.lateness(depth: network.depth, offset: network.offset)
    func concealed(fixed delay: Double) -> Double {
        let shares = talked.map { talk in
            let words = lateness.indices.map { talk.words[$0 % talk.words.count] }
            let missed = zip(words, lateness).reduce(0) { $1.1 > delay ? $0 + $1.0 : $0 }
            return missed / max(1e-9, words.reduce(0, +))
        }
        return shares.reduce(0, +) / Double(count) * 100
    }
    let fixed = stride(from: 0.0, through: 600, by: 10).map { delay in
        (delay: delay, j: TraceFigures.cost(delay: delay, concealed: concealed(fixed: delay)))
    }
    let best = fixed.min { $0.j < $1.j } ?? (0, 0)
    func mean(_ value: (TraceFigures) -> Double) -> Double {
        figures.map(value).reduce(0, +) / Double(count)
    }
    let fields: [(String, Double)] = [
        ("mean_delay_ms", mean(\.meanDelay)), ("p95_delay_ms", mean(\.p95Delay)),
        ("concealed_percent", mean(\.concealedPercent)),
        ("longest_concealed_ms", figures.map(\.longestConcealed).max() ?? 0),
        ("stretched_ms_per_minute", mean(\.stretchedPerMinute)), ("j", mean(\.cost)),
        ("fixed_240_concealed_percent", concealed(fixed: 240)),
        ("best_fixed_ms", best.delay), ("best_fixed_j", best.j),
    ]
    let body = fields.map { "\"\($0)\": \(($1 * 1e3).rounded() / 1e3)" }.joined(separator: ", ")
    print("{\(body)}")
}
