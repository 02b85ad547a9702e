internal import Audio
internal import Realtime

/// The words that sound now, and the next ones.
///
/// Real-time. Without a speaker nothing moves here.
struct Speaking: ~Copyable {
    /// The least gain of words: a person stands there and waits for them.
    private static let least = Gain(decibels: -12)

    private var now: Box<Utterance>?
    private var next: Box<Utterance>?
    /// Whether the words that sound now fade out in the next block, without a click.
    private var isCut = false

    /// Speaks other words in place of the present ones; nil only stops those.
    ///
    /// A piece of a message waits behind the present words; it is handed back if other words wait
    /// already.
    mutating func say(_ other: consuming Box<Utterance>?, _ rings: Rings) {
        guard let words = other.take() else {
            isCut = true
            if let box = next.take() { Self.giveBack(box, rings) }
            return
        }
        if Self.isPiece(words) {
            // Words that wait keep their turn.
            now = now.take() ?? begin()
            if let waiting = next.take() {
                next = consume waiting
                return Self.giveBack(words, rings)
            }
        } else {
            isCut = true
            if let box = next.take() { Self.giveBack(box, rings) }
        }
        next = consume words
    }

    /// Stops the pieces of a message.
    mutating func endPieces(_ rings: Rings) {
        if let box = next.take() {
            if Self.isPiece(box) { Self.giveBack(box, rings) } else { next = consume box }
        }
        if let box = now.take() {
            isCut = isCut || Self.isPiece(box)
            now = consume box
        }
    }

    private static func isPiece(_ words: borrowing Box<Utterance>) -> Bool { words.value.isPiece }

    private static func giveBack(_ words: consuming Box<Utterance>, _ rings: Rings) {
        rings.notify(.spoken(number(of: words), isWhole: false))
        rings.handBack(.utterance(words))
    }

    private static func number(of words: borrowing Box<Utterance>) -> Int { words.value.number }

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
            rings.notify(.spoken(box.value.number, isWhole: box.value.isOver))
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

/// Words that the station speaks to the person in front of it.
///
/// The control thread makes an utterance, with all samples, and frees the box that comes back.
package struct Utterance: ~Copyable, Sendable {
    /// The number by which the end of these words is reported.
    package let number: Int
    /// Whether it is a piece of a message: a piece waits for the words before it to end, and
    /// replaces none.
    fileprivate let isPiece: Bool
    /// 48 kHz.
    private let samples: FixedArray<Int16>
    private var place = 0

    package init(number: Int, isPiece: Bool = false, _ samples: [Int16]) {
        (self.number, self.isPiece) = (number, isPiece)
        self.samples = FixedArray(count: samples.count) { samples[$0] }
    }

    var isOver: Bool { place == samples.count }

    /// Writes the next block, and silence after the end.
    mutating func next(into block: inout MutableSpan<Int16>) {
        let count = min(block.count, samples.count - place)
        for index in block.indices {
            block[index] = index < count ? samples[place + index] : 0
        }
        place += count
    }
}
