import Seeds
import Testing

@testable import Audio

@Suite struct WAVReaderTests {
    /// A file of these parts; every chunk of odd length gets its byte of padding.
    static func file(_ chunks: [(String, [UInt8])], sizes: [String: UInt32] = [:]) -> [UInt8] {
        var bytes = Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WAVE".utf8)
        for (name, content) in chunks {
            let size = sizes[name] ?? UInt32(content.count)
            bytes += Array(name.utf8) + (0..<4).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) }
            bytes += content + (content.count % 2 == 1 ? [0] : [])
        }
        return bytes
    }

    static func format(
        tag: Int = 1, channels: Int = 1, rate: Int = 48_000, bits: Int = 16, isLong: Bool = false
    ) -> [UInt8] {
        let frame = channels * bits / 8
        let words =
            [isLong ? 0xFFFE : tag, channels, rate & 0xFFFF, rate >> 16]
            + [rate * frame & 0xFFFF, rate * frame >> 16, frame, bits]
        var bytes = words.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8 & 0xFF)] }
        if isLong {
            bytes += [22, 0, UInt8(bits), 0, 3, 0, 0, 0, UInt8(tag), 0]
            bytes += [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
        }
        return bytes
    }

    /// Its samples, when read in parts of `part` bytes.
    private func read(_ bytes: [UInt8], part: Int = 7) throws(WAVProblem) -> [Float] {
        var reader = WAVReader()
        var samples: [Float] = []
        var start = 0
        while start < bytes.count {
            let end = min(start + part, bytes.count)
            try reader.add(bytes.span.extracting(start..<end)) { samples.append($0) }
            start = end
        }
        try reader.finish()
        return samples
    }

    @Test(
        arguments: [
            (8, 1, [0, 128, 255, 192]), (16, 1, [0, 0x80, 0, 0, 0xFF, 0x7F, 0, 0x40]),
            (24, 1, [0, 0, 0x80, 0, 0, 0, 0xFF, 0xFF, 0x7F, 0, 0, 0x40]),
            (32, 1, [0, 0, 0, 0x80, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0x40]),
            (32, 3, [0, 0, 0x80, 0xBF, 0, 0, 0, 0, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x3F]),
        ] as [(Int, Int, [UInt8])])
    func everyKindOfSampleIsRead(bits: Int, tag: Int, data: [UInt8]) throws {
        for isLong in [false, true] {
            for part in [1, 3, 4_096] {
                let format = Self.format(tag: tag, bits: bits, isLong: isLong)
                let sound = try read(Self.file([("fmt ", format), ("data", data)]), part: part)
                #expect(sound.count == 4)
                #expect(sound[0] == -1 && sound[1] == 0 && sound[3] == 0.5)
                #expect(abs(sound[2] - 1) < 0.01)
            }
        }
    }

    @Test func twoChannelsAreMixedAndOtherChunksSkipped() throws {
        let sound = try read(
            Self.file([
                ("LIST", [1, 2, 3]), ("fmt ", Self.format(channels: 2) + [0, 0]), ("cue ", []),
                ("data", [0, 0x40, 0, 0, 0, 0xC0, 0, 0xC0]), ("tail", [9, 9]),
            ]))
        #expect(sound == [0.25, -0.5])
    }

    @Test func ofALengthThatNobodyKnewAllThereIsCounts() throws {
        let sizes = [0, .max, 0x7FFF_F000, 0x8000_0000, 2_000_000_000, 0x7FFF_FFDB] as [UInt32]
        for size in sizes {
            let bytes = Self.file(
                [("fmt ", Self.format()), ("data", [0, 0x40, 0, 0x20])], sizes: ["data": size])
            #expect(try read(bytes) == [0.5, 0.25])
        }
    }

    @Test func aFileForMoreThanFourGigabytesIsRead() throws {
        let bytes = Self.file(
            [
                ("ds64", [UInt8](repeating: 0, count: 28)), ("fmt ", Self.format()),
                ("data", [0, 0x40]),
            ], sizes: ["data": .max])
        #expect(try read(Array("RF64".utf8) + bytes[4...]) == [0.5])
    }

    @Test func whatIsNoNumberIsSilence() throws {
        let nan: [UInt8] = [0, 0, 0xC0, 0x7F, 0, 0, 0x80, 0x7F]
        let bytes = Self.file([("fmt ", Self.format(tag: 3, bits: 32)), ("data", nan)])
        #expect(try read(bytes) == [0, 0])
    }

    private static let data = ("data", [UInt8](repeating: 1, count: 8))
    private static let long = file([("fmt ", format()), data], sizes: ["data": 10])

    @Test(
        arguments: [
            ([], .notWAV), (Array("ID3\u{4} an mp3 file, perhaps".utf8), .notWAV),
            (file([data]), .malformed), (file([("fmt ", [1, 0]), data]), .malformed),
            (file([("fmt ", format(tag: 2)), data]), .compressed(2)),
            (file([("fmt ", format(tag: 85)), data]), .compressed(85)),
            (file([("fmt ", format(bits: 12)), data]), .bits(12)),
            (file([("fmt ", format(tag: 3)), data]), .bits(16)),
            (file([("fmt ", format(channels: 6)), data]), .channels(6)),
            (file([("fmt ", format(channels: 0)), data]), .channels(0)),
            (file([("fmt ", format(rate: 3_999)), data]), .rate(3_999)),
            (file([("fmt ", format(rate: 192_001)), data]), .rate(192_001)),
            (file([("fmt ", format())]), .empty),
            (file([("fmt ", format()), ("data", [])]), .empty),
            (long, .truncated), (Array(long.dropLast(20)), .truncated),
        ] as [([UInt8], WAVProblem)])
    func whatCannotBePlayedIsSaid(bytes: [UInt8], problem: WAVProblem) {
        #expect(throws: problem) { try read(bytes) }
    }

    /// Any bytes in any parts give samples or a problem, and never end the program.
    @Test func anyBytesAreReadToTheirEnd() throws {
        let seed = testSeed()
        var random = SplitMix64(seed: seed)
        let next = { Int(random.next() >> 33) }
        let good = Self.file([
            ("LIST", [1, 2, 3]), ("fmt ", Self.format(channels: 2, bits: 24, isLong: true)),
            ("data", [UInt8](repeating: 7, count: 60)),
        ])
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<next() % 4 { bytes[next() % bytes.count] = UInt8(next() & 0xFF) }
            bytes.removeLast(next() % 3 == 0 ? next() % bytes.count : 0)
            do throws(WAVProblem) {
                let sound = try read(bytes, part: 1 + next() % 40)
                #expect(sound.count <= bytes.count, "seed \(seed)")
                #expect(sound.allSatisfy { $0.isFinite && abs($0) <= 8 }, "seed \(seed)")
            } catch { #expect(!error.text.isEmpty) }
        }
    }
}
