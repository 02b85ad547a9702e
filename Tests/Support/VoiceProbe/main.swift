// VoiceProbe: what the jitter buffer makes of speech over networks, one line of JSON for each.
//
// Standard input has any number of networks. Each begins with a line `trace DEPTH OFFSET`: every
// packet repeats DEPTH frames before it, which were sent OFFSET packets apart. Then comes a line a
// packet of 20 ms: its milliseconds on the way, `-` if it was lost. `VoiceProbe TALKS` has so many
// talks made up and sends each over every network; what it says is the mean.

import Audio
import Foundation
import Scene

struct Network {
    var depth = 0
    var offset = 1
    var delays: [Double?] = []
}

var networks: [Network] = []
while let line = readLine() {
    let words = line.split(separator: " ")
    if words.first == "trace" {
        networks.append(Network(depth: Int(words[1]) ?? 0, offset: Int(words[2]) ?? 1))
    } else if !networks.isEmpty {
        networks[networks.count - 1].delays.append(Double(line))
    }
}
let count = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1
let talks = try (0..<count).map { seed in
    try Talk(Speech(seconds: 30, pauses: true, seed: UInt64(seed + 1)), perPacket: 2)
}
for network in networks {
    let figures = try talks.map { talk in
        var voice = try Voice()
        return Trace(delays: network.delays).play(
            talk, voice: &voice, depth: network.depth, offset: network.offset)
    }
    func mean(_ value: (TraceFigures) -> Double) -> Double {
        figures.map(value).reduce(0, +) / Double(count)
    }
    let fields: [(String, Double)] = [
        ("mean_delay_ms", mean(\.meanDelay)), ("p95_delay_ms", mean(\.p95Delay)),
        ("concealed_percent", mean(\.concealedPercent)),
        ("longest_concealed_ms", figures.map(\.longestConcealed).max() ?? 0),
        ("stretched_ms_per_minute", mean(\.stretchedPerMinute)), ("j", mean(\.cost)),
    ]
    let body = fields.map { "\"\($0)\": \(($1 * 1e3).rounded() / 1e3)" }.joined(separator: ", ")
    print("{\(body)}")
}
