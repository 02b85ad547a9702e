internal import Audio
internal import Crypto
internal import Files
internal import HAL
internal import Report
internal import Wire

/// The readable part of one recording, and the faults of the rest.
struct RecordingContents {
    struct Talker {
        let source: UInt8
        let name: String
        let track: RecordedTrack
    }

    /// The most faults listed; more would not describe the file better.
    private static let faultsMax = 20
    /// A day of one voice; the file is in memory, several times over.
    private static let sizeMax = 512 << 20

    let path: String
    let header: RecordingHeader
    /// Bytes of the file.
    let size: Int
    /// The number of whole chunks; without a key, of chunks with a whole frame.
    let chunkCount: Int
    private(set) var talkers: [Talker] = []
    private var fileFaults: [Fault] = []
    private var unnamed = 0

    /// The faults of the file, and, once it is decoded, of its packets.
    var faults: [Fault] {
        var found = fileFaults
        if unnamed > 0 {
            found.append(Fault("more", of: path, "has \(plural(unnamed, "fault")) more"))
        }
        for talker in talkers where talker.track.undecoded > 0 {
            let packets = plural(talker.track.undecoded, "packet")
            found.append(
                Fault("packets", of: path, "has \(packets) of \(talker.name) that no sound is"))
        }
        return found
    }

    /// The end of the last sound, in samples since the start.
    var end: Int { talkers.map { $0.track.end }.max() ?? 0 }

    /// Reads a file; without a key, only its frame.
    init(_ path: String, keyFile: String?) throws(Failure) {
        let bytes = try attempt { () throws(SystemError) in
            try FileStore.read(path, limit: Self.sizeMax)
        }
        var (chunks, faults): ([(index: UInt32, entries: [UInt8])], [RecordingFault]) = ([], [])
        var reader = RecordingReader()
        var place = 0
        while reader.wanted > 0 {
            let part = place..<min(place + reader.wanted, bytes.count)
            place = part.upperBound
            switch reader.take(bytes.span.extracting(part)) {
            case .more, .end: break
            case .header:
                guard let keyFile else { break }
                let key = try recordingKey(keyFile)
                do throws(RecordingFault) {
                    try reader.unlock(with: key)
                } catch { throw Failure("\(path) \(error.words.text)") }
            case .chunk(let index, let place):
                if index != place { faults.append(.misplaced(chunk: place, found: index)) }
                chunks.append((index, reader.entries.indices.map { reader.entries[$0] }))
            case .fault(let fault): faults.append(fault)
            }
        }
        guard let header = reader.header else {
            let fault = faults.first ?? .notARecording
            throw Failure("\(path) \(fault.words.text)")
        }
        (self.path, self.header, size, chunkCount) = (path, header, bytes.count, chunks.count)
        for fault in faults { add(fault.words, isOfCopy: true) }
        guard keyFile != nil else { return }
        // A misplaced or repeated chunk is heard once, in its own place.
        chunks.sort { $0.index < $1.index }
        do throws(OpusError) {
            try read(chunks)
        } catch { throw Failure("the Opus decoder cannot start: \(error)") }
    }

    private mutating func add(_ words: (code: String, text: String), isOfCopy: Bool = false) {
        guard fileFaults.count < Self.faultsMax else {
            unnamed += 1
            return
        }
        let fix = isOfCopy ? "copy it again from where it was made" : nil
        fileFaults.append(Fault(words.code, of: path, words.text, fix: fix))
    }

    /// Sorts the entries by talker.
    private mutating func read(_ chunks: [(index: UInt32, entries: [UInt8])]) throws(OpusError) {
        var (tracks, names): ([UInt8: RecordedTrack], [UInt8: String]) = ([:], [:])
        var last: UInt32?
        for chunk in chunks where chunk.index != last {
            last = chunk.index
            var place = 0
            while let entry = RecordingEntry(parsing: chunk.entries.span, at: place) {
                place = entry.content.upperBound
                let content = chunk.entries.span.extracting(entry.content)
                if entry.source == RecordingEntry.names {
                    guard let json = JSON(parsing: content) else { continue }
                    for key in json.keys ?? [] {
                        if let source = UInt8(key) { names[source] = json.member(key)?.text }
                    }
                } else {
                    if tracks[entry.source] == nil { tracks[entry.source] = try RecordedTrack() }
                    tracks[entry.source]?.add(content, at: entry.milliseconds)
                }
            }
            if place < chunk.entries.count {
                add(("malformed", "was written wrong: chunk \(chunk.index) ends in half an entry"))
            }
        }
        for source in tracks.keys.sorted() {
            guard let track = tracks[source] else { continue }
            let name = names[source] ?? "talker-\(source)"
            talkers.append(Talker(source: source, name: name, track: track))
        }
    }
}

extension RecordingFault {
    /// A word for programs, and the words after the path in a sentence.
    var words: (code: String, text: String) {
        switch self {
        case .notARecording:
            ("not_a_recording", "is not a recording: it does not begin with ICREC1")
        case .unknownForm:
            ("unknown_form", "is damaged, or of a form that this version does not know")
        case .headerCut: ("header_cut", "ends within its header: nothing of it can be read")
        case .notForThisKey:
            ("other_key", "is not sealed to this key; recording verify prints to which ones it is")
        case .headerDamaged:
            ("header_damaged", "is sealed to this key, but damaged where the key is; copy it again")
        case .truncated(let chunk):
            ("truncated", "is cut short: it ends before chunk \(chunk) is whole")
        case .damaged(let chunk): ("damaged", "has a damaged chunk, number \(chunk)")
        case .unframed(let chunk):
            ("unframed", "is damaged at chunk \(chunk): nothing from there on can be read")
        case .misplaced(let chunk, let found):
            ("misplaced", "has chunk \(found) in the place of chunk \(chunk)")
        case .trailing(let bytes):
            ("trailing", "has \(plural(bytes, "byte")) after its end, which are not part of it")
        }
    }
}

/// Reads the secret half of a recording key from its file.
func recordingKey(_ path: String) throws(Failure) -> RecordingKey {
    try attempt { () throws(StateError) in try KeyStore.recordingKey(at: path) }
}
