import Seeds
import Testing
import Vectors

@testable import Crypto

/// A recording as it was read: each chunk with its index, and what is wrong.
struct ReadRecording {
    var chunks: [UInt32: [UInt8]] = [:]
    var faults: [RecordingFault] = []

    /// Reads the frame alone.
    init(frameOf file: [UInt8]) {
        self.init(file) { _ in }
    }

    init(_ file: [UInt8], with key: borrowing RecordingKey) {
        self.init(file) { (reader) throws(RecordingFault) in try reader.unlock(with: key) }
    }

    private init(_ file: [UInt8], unlock: (inout RecordingReader) throws(RecordingFault) -> Void) {
        var reader = RecordingReader()
        var place = 0
        while reader.wanted > 0 {
            precondition(reader.wanted <= RecordingReader.wantedMax)
            let end = min(place + reader.wanted, file.count)
            switch reader.take(file.span.extracting(place..<end)) {
            case .more, .end: break
            case .header:
                do throws(RecordingFault) {
                    try unlock(&reader)
                } catch {
                    faults.append(error)
                    return
                }
            case .chunk(let index, let place):
                if index != place { faults.append(.misplaced(chunk: place, found: index)) }
                chunks[index] = [UInt8](reader.entries)
            case .fault(let fault): faults.append(fault)
            }
            place = end
        }
    }

    /// The contents by index, up to the first that is missing.
    var contents: [[UInt8]] {
        (0..<UInt32(chunks.count)).compactMap { chunks[$0] }
    }
}

/// A file and its parts.
struct SealedRecording {
    let header: [UInt8]
    var chunks: [[UInt8]]

    init(
        _ contents: [[UInt8]], suite: Suite = .aesGCM, to keys: [RecordingPublicKey],
        isEnded: Bool = true
    ) {
        var sealer = RecordingSealer(suite: suite, startMilliseconds: 1_763_625_600_000, to: keys)
        header = sealer.header.bytes
        chunks = []
        for (index, one) in contents.enumerated() {
            chunks.append(sealer.sealed(one, isLast: isEnded && index == contents.count - 1) ?? [])
        }
    }

    var file: [UInt8] { header + chunks.flatMap { $0 } }
}

extension RecordingSealer {
    mutating func sealed(_ entries: [UInt8], isLast: Bool = false) -> [UInt8]? {
        var chunk = [UInt8](repeating: 0, count: entries.count + Self.overhead)
        var span = chunk.mutableSpan
        return seal(entries.span, isLast: isLast, into: &span) == chunk.count ? chunk : nil
    }
}

@Suite final class RecordingTests {
    private let key = RecordingKey.random()

    /// Four chunks, one of them without entries.
    static let contents: [[UInt8]] = [
        Array(repeating: 1, count: 25), [], Array(repeating: 3, count: 11), [4, 5],
    ]

    @Test(arguments: Suite.both, [1, 2, 16])
    func eachRecipientReadsWhatWasSealed(suite: Suite, count: Int) throws {
        let keys = (0..<count).map { _ in
            filled(RecordingKey.fileSize) { RecordingKey.random().write(into: &$0) }
        }
        let publicKeys = try keys.map { try RecordingKey.parse($0.span).publicKey }
        let sealed = SealedRecording(Self.contents, suite: suite, to: publicKeys)
        #expect(sealed.header.count == 24 + count * 1176)
        for text in keys {
            let read = ReadRecording(sealed.file, with: try RecordingKey.parse(text.span))
            #expect(read.contents == Self.contents)
            #expect(read.faults == [])
        }
        #expect(ReadRecording(sealed.file, with: .random()).faults == [.notForThisKey])
        let frame = ReadRecording(frameOf: sealed.file)
        #expect(frame.chunks.count == 4 && frame.chunks.values.allSatisfy { $0 == [] })
        #expect(frame.faults == [])
    }

    @Test func afterTheLastChunkNothingIsSealed() {
        let key = RecordingKey.random().publicKey
        var sealer = RecordingSealer(suite: .aesGCM, startMilliseconds: 0, to: [key])
        let first = sealer.sealed([1])
        let second = sealer.sealed([1])
        #expect(first != second)
        let last = sealer.sealed([1], isLast: true)
        let more = sealer.sealed([1])
        let isEnded = sealer.isEnded
        #expect(last != nil && more == nil && isEnded)
    }

    @Test func largestChunkIsReadAndALargerLengthIsNone() {
        let whole = [UInt8](repeating: 7, count: RecordingSealer.entriesMax)
        let sealed = SealedRecording([whole, [1]], to: [key.publicKey])
        #expect(ReadRecording(sealed.file, with: key).contents == [whole, [1]])
        var file = sealed.file
        file[sealed.header.count + 1] += 1
        #expect(ReadRecording(file, with: key).faults == [.unframed(chunk: 0)])
        #expect(ReadRecording(frameOf: file).faults == [.unframed(chunk: 0)])
    }

    @Test func everyCutGivesTheChunksBeforeItAndIsReported() {
        let sealed = SealedRecording(Self.contents, to: [key.publicKey])
        let file = sealed.file
        var ends = [sealed.header.count]
        for chunk in sealed.chunks { ends.append(ends.last! + chunk.count) }
        for size in 0..<file.count {
            let read = ReadRecording(Array(file[..<size]), with: key)
            let whole = ends.count { $0 <= size } - 1
            if size < 6 {
                #expect(read.faults == [.notARecording])
            } else if size < ends[0] {
                #expect(read.faults == [.headerCut])
            } else {
                #expect(read.faults == [.truncated(chunk: UInt32(whole))], "\(size) bytes")
                #expect(read.contents == Array(Self.contents[..<whole]))
            }
            let frame = ReadRecording(frameOf: Array(file[..<size]))
            #expect(frame.faults == read.faults)
        }
    }

    /// What may be given out of a damaged file: nothing that was not sealed at that index.
    private func isTrue(_ read: ReadRecording) -> Bool {
        read.chunks.allSatisfy { Self.contents[Int($0.key)] == $0.value }
    }

    @Test func everyFlippedByteOfTheHeaderIsNoticed() {
        let sealed = SealedRecording(
            Self.contents, to: [key.publicKey, RecordingKey.random().publicKey])
        for place in sealed.header.indices {
            var file = sealed.file
            file[place] ^= 1 << UInt8(place % 8)
            let read = ReadRecording(file, with: key)
            #expect(read.chunks.isEmpty && !read.faults.isEmpty, "byte \(place)")
            switch place {
            case 0..<6: #expect(read.faults == [.notARecording])
            case 8..<23: #expect(read.faults == [.headerDamaged])
            case 23: #expect(read.faults == [.unknownForm])
            case 24..<32: #expect(read.faults == [.notForThisKey])
            // The top bit of an X25519 key is ignored there, and is in what is hashed here.
            case 32..<1200: #expect(read.faults == [.headerDamaged], "byte \(place)")
            case 1200...:
                #expect(read.faults == (0..<4).map { .damaged(chunk: $0) }, "byte \(place)")
            default: break
            }
        }
    }

    @Test func everyFlippedBitOfAChunkCostsThatChunkAlone() {
        let sealed = SealedRecording(Self.contents, to: [key.publicKey])
        var start = sealed.header.count
        for (index, chunk) in sealed.chunks.enumerated() {
            for bit in 0..<chunk.count * 8 {
                var file = sealed.file
                file[start + bit / 8] ^= 0x80 >> (bit % 8)
                let read = ReadRecording(file, with: key)
                #expect(isTrue(read) && read.chunks[UInt32(index)] == nil)
                #expect(!read.faults.isEmpty)
                // A length that is wrong may hide what comes after.
                #expect((0..<index).allSatisfy { read.chunks[UInt32($0)] != nil })
                guard bit == 0 || bit >= 32 else { continue }
                #expect(read.chunks.count == 3, "chunk \(index), bit \(bit)")
                #expect(read.faults.first == .damaged(chunk: UInt32(index)))
            }
            start += chunk.count
        }
    }

    @Test func chunksInAnyOrderAreFoundAndReported() {
        let sealed = SealedRecording(Self.contents, to: [key.publicKey])
        for order in [
            [1, 0, 2, 3], [3, 2, 1, 0], [2, 3, 0, 1], [0, 3, 1, 2], [0, 1, 1, 2, 3], [1, 2, 3],
            [0, 2, 3], [0, 3],
        ] {
            var moved = sealed
            moved.chunks = order.map { sealed.chunks[$0] }
            let read = ReadRecording(moved.file, with: key)
            #expect(isTrue(read))
            #expect(read.chunks.count == Set(order).count, "\(order)")
            let isMisplaced = read.faults.contains {
                if case .misplaced = $0 { true } else { false }
            }
            #expect(isMisplaced, "\(order)")
        }
    }

    @Test func chunksOfAnotherFileAreDamagedHere() {
        let one = SealedRecording(Self.contents, to: [key.publicKey])
        let other = SealedRecording(Self.contents, to: [key.publicKey])
        var spliced = one
        spliced.chunks[1] = other.chunks[1]
        let read = ReadRecording(spliced.file, with: key)
        #expect(read.faults == [.damaged(chunk: 1)])
        #expect(read.chunks.count == 3 && isTrue(read))
        // One after the other: the second one is not part of the first.
        let both = ReadRecording(one.file + other.file, with: key)
        #expect(both.faults == [.trailing(bytes: other.file.count)])
        #expect(both.contents == Self.contents)
    }

    @Test func fileThatWasNeverEndedSaysSo() {
        let file = SealedRecording(Self.contents, to: [key.publicKey], isEnded: false).file
        let read = ReadRecording(file, with: key)
        #expect(read.contents == Self.contents)
        #expect(read.faults == [.truncated(chunk: 4)])
    }

    /// A file with thousands of damaged chunks is read to its end all the same.
    @Test func manyDamagedChunksAreReadInBoundedTime() {
        var sealed = SealedRecording((0..<2_000).map { [UInt8($0 & 255)] }, to: [key.publicKey])
        for index in 0..<1_999 { sealed.chunks[index][5] ^= 1 }
        let read = ReadRecording(sealed.file, with: key)
        #expect(read.faults.count == 1_999 && read.chunks[1_999] == [UInt8(1_999 & 255)])
    }

    @Test func garbageIsNoRecording() {
        var random = SplitMix64(seed: testSeed())
        for _ in 0..<2_000 {
            var file = Array("ICREC1".utf8.prefix(Int.random(in: 0...6, using: &random)))
            file += [UInt8.random(in: 0...3, using: &random)]
            for _ in 0..<Int.random(in: 0...3_000, using: &random) {
                file.append(UInt8.random(in: 0...255, using: &random))
            }
            #expect(!ReadRecording(frameOf: file).faults.isEmpty)
        }
    }
}

@Suite struct RecordingKeyTests {
    static let text = "intercom-recording-1 " + String(repeating: "0a", count: 96) + "\n"

    private func parsed(_ text: String) throws(KeyFileError) -> RecordingPublicKey {
        try RecordingKey.parse(Array(text.utf8).span).publicKey
    }

    @Test func fileIsReadAndWrittenAlike() throws {
        let key = try RecordingKey.parse(Array(Self.text.utf8).span)
        let written = filled(RecordingKey.fileSize) { key.write(into: &$0) }
        #expect(String(decoding: written, as: UTF8.self) == Self.text)
        #expect(try parsed(String(Self.text.dropLast())) == key.publicKey)
    }

    @Test func otherFilesAreRefused() {
        for text in ["", "\n", Self.text + "\n", String(Self.text.dropLast(2)), " " + Self.text] {
            #expect(throws: KeyFileError.notARecordingKey) { try parsed(text) }
        }
        let identity = "intercom-identity1- " + Self.text.dropFirst(20)
        #expect(throws: KeyFileError.notARecordingKey) { try parsed(identity) }
        for place in 21..<213 {
            var text = Array(Self.text)
            text[place] = "g"
            #expect(throws: KeyFileError.notADigit) { try parsed(String(text)) }
        }
    }

    @Test func publicKeyIsReadAsItIsWritten() throws {
        let key = RecordingKey.random().publicKey
        #expect(key.text.utf8.count == 1964)
        #expect(RecordingPublicKey(text: key.text) == key)
        #expect(RecordingPublicKey(text: key.text.uppercased()) == key)
        for place in stride(from: 0, to: 1964, by: 37) {
            var text = Array(key.text)
            text[place] = text[place] == "b" ? "c" : "b"
            #expect(RecordingPublicKey(text: String(text)) == nil, "character \(place)")
        }
        #expect(RecordingPublicKey(text: String(key.text.dropLast())) == nil)
        #expect(RecordingPublicKey(text: key.text + "a") == nil)
    }

    @Test func keyThatNothingCanBeSealedToIsRefused() {
        let good = RecordingKey.random().publicKey.bytes
        for (range, byte) in [(0..<32, 0), (31..<32, 0xFF), (32..<35, 0xFF)]
            as [(Range<Int>, UInt8)]
        {
            var bytes = good
            for place in range { bytes[place] = byte }
            let text = String(
                decoding: KeyText.written(bytes.span, prefix: "intercomrec1:"), as: UTF8.self)
            #expect(RecordingPublicKey(text: text) == nil)
        }
    }
}
