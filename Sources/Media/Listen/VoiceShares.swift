internal import Realtime
internal import Station
internal import Time

/// How many voices each peer has, for the control thread to name who takes many.
struct VoiceShares {
    private var held = InlineArray<64, UInt8>(repeating: 0)

    /// A stream of this peer has a voice.
    mutating func took(_ peer: Int, _ rings: Rings) {
        held[peer] += 1
        rings.traffic[peer].set(.voices, to: UInt64(held[peer]))
    }

    /// It has one less.
    mutating func left(_ peer: Int, _ rings: Rings) {
        held[peer] -= 1
        rings.traffic[peer].set(.voices, to: UInt64(held[peer]))
    }

    /// It had so many that another peer took one of them.
    func noteCrowd(of peer: Int, _ rings: Rings, at now: Instant) {
        guard held[peer] > 1 else { return }
        rings.traffic[peer].set(.crowdedAt, to: UInt64(now.nanoseconds))
    }
}
