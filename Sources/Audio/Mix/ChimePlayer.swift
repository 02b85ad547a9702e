/// Plays one chime after another; what is cut short fades, so that nothing clicks.
///
/// Real-time.
public struct ChimePlayer: Sendable {
    /// 5 ms.
    private static let fadeSamples = 240

    /// What sounds, or waits to sound again.
    public private(set) var chime: Chime?
    private var tone = Chime.refusal.tone
    /// Samples since its beginning.
    private var place = 0
    /// What comes after the fade: nil is silence.
    private var next: Chime?
    /// Samples left of it; nil while nothing is cut short.
    private var fade: Int?

    public init() {}

    /// Whether the last block had sound.
    public private(set) var isSounding = false

    /// Plays another chime, or nothing any more.
    public mutating func play(_ other: Chime?) {
        // It goes on: one that goes in circles would begin anew with each call.
        if other == chime, other?.cycle != nil, fade == nil { return }
        next = other
        if isSounding { fade = fade ?? Self.fadeSamples } else { begin() }
    }

    /// Writes what comes next; false, and silence, when there is nothing.
    ///
    /// - Parameters:
    ///   - block: Filled from its beginning to its end.
    ///   - ring: The user's own sound for `Chime.ring`; empty: there is none.
    /// - Returns: whether there is anything in it.
    public mutating func next(into block: inout MutableSpan<Int16>, ring: Span<Int16>) -> Bool {
        isSounding = false
        guard let current = chime else {
            for index in block.indices { block[index] = 0 }
            return false
        }
        if current == .ring, !ring.isEmpty {
            for index in block.indices {
                let at = place + index
                block[index] = at < ring.count ? ring[at] : 0
            }
            isSounding = place < ring.count
        } else {
            isSounding = tone.next(into: &block)
        }
        place += block.count
        fadeOut(&block)
        circle(current, length: ring.count)
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
        // After the user's own there is a second of silence.
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
