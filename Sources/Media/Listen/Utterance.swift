internal import Audio
internal import Realtime

/// Words that the station says to the person in front of it.
///
/// The control thread makes it, with all samples, and frees the box when it is back.
package struct Utterance: ~Copyable, Sendable {
    /// Tells it from others when it is over.
    package let number: Int
    /// 48 kHz.
    private let samples: FixedArray<Int16>
    private var place = 0

    package init(number: Int, _ samples: [Int16]) {
        self.number = number
        self.samples = FixedArray(count: samples.count) { samples[$0] }
    }

    var isOver: Bool { place == samples.count }

    /// Writes the next block, and silence behind the end.
    mutating func next(into block: inout MutableSpan<Int16>) {
        let count = min(block.count, samples.count - place)
        for index in block.indices {
            block[index] = index < count ? samples[place + index] : 0
        }
        place += count
    }
}

/// The words that sound now, and those that take their place.
///
/// Real-time. Without a speaker nothing moves here.
struct Speaking: ~Copyable {
    /// A person stands there and waits for the words.
    private static let least = Gain(decibels: -12)

    private var now: Box<Utterance>?
    private var next: Box<Utterance>?
    /// What sounds now ends with the next block, softly, so that it does not click.
    private var isCut = false

    /// Says other words, in the place of these; nil says none.
    mutating func say(_ other: consuming Box<Utterance>?, _ rings: Rings) {
        isCut = true
        if let displaced = next.take() { rings.handBack(.utterance(displaced)) }
        next = consume other
    }

    /// Adds the words to the mix; `block` is room for them.
    ///
    /// - Returns: Whether anything sounds.
    mutating func mix(
        into mixer: inout Mixer, by block: inout MutableSpan<Int16>, gain: Gain, _ rings: Rings
    ) -> Bool {
        guard var box = now.take() ?? begin() else { return false }
        let gain = gain.atLeast(Self.least)
        box.value.next(into: &block)
        mixer.add(block.span, from: gain, to: isCut ? .muted : gain)
        if isCut || box.value.isOver {
            rings.notify(.spoken(box.value.number))
            rings.handBack(.utterance(box))
        } else {
            now = consume box
        }
        isCut = false
        return true
    }

    private mutating func begin() -> Box<Utterance>? {
        isCut = false
        return next.take()
    }

    /// Hands back all words.
    mutating func stop(_ rings: Rings) {
        if let box = now.take() { rings.handBack(.utterance(box)) }
        if let box = next.take() { rings.handBack(.utterance(box)) }
    }
}
