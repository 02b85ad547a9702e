/// Plays one chime at a time; a chime that is cut short fades, so that it does not click.
///
/// Real-time.
public struct ChimePlayer: Sendable {
    /// 5 ms.
    private static let fadeSamples = 240

    /// The chime that sounds, or waits to sound again.
    public private(set) var chime: Chime?
    private var tone = Chime.refusal.tone
    /// Samples since its beginning.
    private var place = 0
    /// The chime after the fade; nil is silence.
    private var next: Chime?
    /// Samples left of the fade; nil while there is none.
    private var fade: Int?

    public init() {}

    /// Whether the last block had sound.
    public private(set) var isSounding = false

    /// Plays another chime; nil stops it.
    public mutating func play(_ other: Chime?) {
        // The same repeating chime goes on: starting it again with every call would cut it.
        if other == chime, other?.cycle != nil, fade == nil { return }
        next = other
        if isSounding { fade = fade ?? Self.fadeSamples } else { begin() }
    }

    /// Writes the next block; returns false, and writes silence, when nothing sounds.
    ///
    /// - Parameters:
    ///   - block: Filled from its beginning to its end.
    ///   - ringtone: The user's own sound for `Chime.ring`; empty when there is none.
    /// - Returns: whether anything sounds in the block.
    public mutating func next(into block: inout MutableSpan<Int16>, ringtone: Span<Int16>) -> Bool {
        isSounding = false
        guard let current = chime else {
            for index in block.indices { block[index] = 0 }
            return false
        }
        if current == .ring, !ringtone.isEmpty {
            for index in block.indices {
                let at = place + index
                block[index] = at < ringtone.count ? ringtone[at] : 0
            }
            isSounding = place < ringtone.count
        } else {
            isSounding = tone.next(into: &block)
        }
        place += block.count
        fadeOut(&block)
        circle(current, length: ringtone.count)
        return isSounding
    }

    private mutating func fadeOut(_ block: inout MutableSpan<Int16>) {
        guard let left = fade else { return }
        for index in block.indices {
            let gain = Float(max(0, left - index)) / Float(Self.fadeSamples)
            block[index] = Int16(Float(block[index]) * gain)
        }
        fade = left - block.count
        if left <= block.count || !isSounding { begin() }
    }

    private mutating func circle(_ current: Chime, length: Int) {
        guard chime == current, fade == nil else { return }
        guard let cycle = current.cycle else {
            if !isSounding { chime = nil }
            return
        }
        // A second of silence follows the user's own sound.
        let own = current == .ring && length > 0 ? length + PCM.sampleRate : 0
        let samples = max(Int(cycle.components.seconds) * PCM.sampleRate, own)
        guard place >= samples else { return }
        next = current
        begin()
    }

    private mutating func begin() {
        chime = next
        next = nil
        fade = nil
        place = 0
        if let chime { tone = chime.tone }
    }
}
