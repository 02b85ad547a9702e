import Testing

@testable import Media

@Suite struct SentTalkspurtTests {
    /// The numbers on the wire of frames that are sent one after another.
    func sent(_ spurt: inout SentTalkspurt, frames: Range<Int>) -> [UInt16] {
        frames.map { frame in
            spurt.advance(to: frame, lostMax: 1_000)
            spurt.sent()
            return spurt.lastSequence
        }
    }

    func talking(from frame: Int = 100) -> SentTalkspurt {
        var spurt = SentTalkspurt(sequence: 65_534)
        spurt.begin(at: frame)
        return spurt
    }

    /// Frames to 100 are sent, so many are lost before a frame, and others are sent.
    @Test(
        arguments: [
            ("one by one across the wrap", 101, [(Int64, Int)](), 101..<104, [65_535, 0, 1]),
            ("frames left out are numbers left out", 101, [], 104..<105, [2]),
            ("two from before a gap still wait", 101, [(5, 103)], 101..<105, [65_535, 0, 6, 7]),
            ("gaps add up", 101, [(5, 101), (3, 101)], 101..<103, [7, 8]),
            ("nothing before the first packet", 100, [(5, 100)], 103..<105, [65_534, 65_535]),
            ("no longer than anyone would wait", 101, [(1_000_000, 101)], 101..<102, [999]),
        ] as [(String, Int, [(Int64, Int)], Range<Int>, [UInt16])])
    func whatIsLostIsANumberGapWhereItWasLost(
        why: String, end: Int, lost: [(Int64, Int)], frames: Range<Int>, numbers: [UInt16]
    ) {
        var spurt = talking()
        _ = sent(&spurt, frames: 100..<end)
        for (count, frame) in lost { spurt.lose(count, before: frame) }
        #expect(sent(&spurt, frames: frames) == numbers, "\(why)")
        #expect(spurt.packets == end - 100 + frames.count && spurt.nextFrame == frames.upperBound)
    }

    @Test func aGapOfOneTalkspurtIsNotThatOfTheNext() {
        var spurt = talking()
        _ = sent(&spurt, frames: 100..<101)
        spurt.lose(5, before: 101)
        spurt.phase = .silent
        spurt.lose(5, before: 101)
        spurt.begin(at: 200)
        #expect(sent(&spurt, frames: 200..<202) == [65_535, 0])
    }
}

@Suite struct CommonFrameSizeTests {
    @Test(arguments: [
        ("a talk to one follows its way", [29], [Int](), 40, 29), ("", [400], [], 40, 40),
        ("", [300, 300], [], 400, 300),
        // 40 % of loss and answers that are a quarter of a second late: a wish for 29 bytes.
        ("one does not lower everybody's rate", [29, 40], [], 40, 40),
        ("", [29, 40, 40, 40], [], 40, 40), ("nor do two of four", [29, 29, 40, 40], [], 40, 40),
        // The smallest packet has room for 59 bytes.
        ("frames that save on the way are shortened for one", [29, 160], [], 160, 59),
        ("", [100, 160], [], 160, 100), ("more than half decide", [40, 29, 29], [], 40, 29),
        ("as far as more than half need", [29, 33, 33, 40], [], 40, 33),
        ("whose way bears nothing counts only alone", [40], [29, 29, 29], 40, 40),
        ("", [], [29, 40], 40, 29), ("", [], [], 40, 40),
    ])
    func theSizeIsCommonToAll(
        why: String, wishes: [Int], hopeless: [Int], most: Int, expected: Int
    ) {
        var common = CommonFrameSize()
        for wish in wishes { common.add(wish: wish, isHopeless: false) }
        for wish in hopeless { common.add(wish: wish, isHopeless: true) }
        #expect(common.size(atMost: most) == expected, "\(why)")
    }
}
