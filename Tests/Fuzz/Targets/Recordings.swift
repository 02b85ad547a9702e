internal import Crypto
internal import Wire

extension FuzzTarget {
    /// A recording: the frame of any bytes, and what a key opens of one that was damaged.
    static let recordings = FuzzTarget(name: "recordings") { bytes, isPlanted in
        _ = read(bytes.array, []) { _ in false }
        var input = FuzzInput(bytes)
        let key = RecordingKey.random()
        var sealer = RecordingSealer(
            suite: input.below(2) == 0 ? .aesGCM : .chaChaPoly, startMilliseconds: 1,
            to: [key.publicKey])
        let header = sealer.header.bytes
        var (contents, chunks): ([[UInt8]], [[UInt8]]) = ([], [])
        for index in 0...input.below(6) {
            let content = input.piece(input.below(40))
            var chunk = [UInt8](repeating: 0, count: content.count + RecordingSealer.overhead)
            var span = chunk.mutableSpan
            let isLast = input.below(4) == 0
            guard sealer.seal(content.span, isLast: isLast, into: &span) == span.count else {
                break
            }
            contents.append(content)
            chunks.insert(chunk, at: min(index, chunks.count - input.below(3) % (index + 1)))
        }
        var file = header + chunks.flatMap { $0 } + input.piece(input.below(3))
        let whole = read(file, contents) { open(&$0, key) }
        input.mutate(&file)
        let damaged = read(file, contents) { open(&$0, key) }
        planted(isPlanted, at: whole == 4 && damaged == 3)
        entries(bytes)
    }

    /// How many chunks were given; each is one that was sealed under its index.
    private static func read(
        _ file: [UInt8], _ contents: [[UInt8]], _ unlock: (inout RecordingReader) -> Bool
    ) -> Int {
        var reader = RecordingReader()
        var (place, count, isOpen) = (0, 0, false)
        while reader.wanted > 0 {
            precondition(reader.wanted <= RecordingReader.wantedMax)
            let end = min(place + reader.wanted, file.count)
            let step = reader.take(file.span.extracting(place..<end))
            place = end
            switch step {
            case .more, .end, .fault: break
            case .header: isOpen = unlock(&reader)
            case .chunk(let index, _):
                count += 1
                precondition(
                    !isOpen || reader.entries.array == contents[Int(index)], "nobody sealed this")
            }
        }
        return count
    }

    private static func open(
        _ reader: inout RecordingReader, _ key: borrowing RecordingKey
    ) -> Bool {
        do throws(RecordingFault) { try reader.unlock(with: key) } catch { return false }
        return true
    }

    private static func entries(_ bytes: Span<UInt8>) {
        var place = 0
        while let entry = RecordingEntry(parsing: bytes, at: place) {
            precondition(entry.content.upperBound <= bytes.count)
            precondition(entry.content.upperBound > place)
            place = entry.content.upperBound
        }
    }
}
