/// One function of the product that takes bytes from outside, and what must hold whatever they are.
///
/// What does not hold ends the program: that is what the fuzzer looks for.
package struct FuzzTarget: Sendable {
    package let name: String
    /// Takes one input.
    ///
    /// With `isPlanted` there is a fault behind the checks that this input must pass: the fuzzer
    /// has to find it, or it does not get that far.
    package let run: @Sendable (_ bytes: Span<UInt8>, _ isPlanted: Bool) -> Void

    package static let all: [FuzzTarget] = [
        .handshakes, .frames, .records, .keys, .settings, .requests, .history, .wav, .keySlots,
        .station, .voice, .sessions, .pairing, .datagrams, .neighbours, .roster,
        .recordings, .messages, .rendezvous,
    ]

    package static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }
}

/// The planted fault: a trap that only an input has reached which passed the checks before it.
func planted(_ isPlanted: Bool, at place: Bool) {
    precondition(!isPlanted || !place, "the planted fault was reached")
}

extension Span<UInt8> {
    var array: [UInt8] { indices.map { self[$0] } }
}
