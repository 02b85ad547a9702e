public import Crypto

/// The files of a station as they lie in a backup, before it is sealed and after it is opened.
///
/// The number of files, two bytes; of each file its kind and the length of its name, a byte each,
/// its size, four bytes, its name and its bytes; then zeros up to the end. Numbers have their high
/// byte first. The files come in one order, each once, so there is one way to write them.
public struct BackupContent: ~Copyable {
    /// One file.
    public struct Entry: Equatable, Sendable {
        public let place: BackupPlace
        /// Its bytes in the content.
        let range: Range<Int>
    }

    /// Several times what a station with 31 peers can have.
    public static let sizeMax = 512 * 1024
    static let filesMax = 512
    private static let headSize = 6

    private var memory: Secret
    public private(set) var entries: [Entry] = []
    /// Bytes that are in use; zeros follow.
    private(set) var count = 2

    /// A content without files, to be filled.
    public init() { memory = Secret(count: Self.sizeMax) }

    /// Adds a file behind those that are there, or says that there is no room for it.
    ///
    /// `load` writes the file to the start of the span, and returns its size. What it throws comes
    /// out here.
    public mutating func add<Failure: Error>(
        _ place: BackupPlace,
        _ load: (inout MutableSpan<UInt8>) throws(Failure) -> Int
    ) throws(Failure) -> Bool {
        precondition(place.isSound)
        precondition(entries.last.map { BackupPlace.precedes($0.place, place) } ?? true)
        let name = Array(place.name.utf8)
        let (head, number) = (count, entries.count + 1)
        let start = head + Self.headSize + name.count
        guard number <= Self.filesMax, start < Self.sizeMax else { return false }
        var bytes = memory.mutableBytes
        var room = bytes._mutatingExtracting(start...)
        let size = try load(&room)
        precondition(size <= Self.sizeMax - start)
        bytes[head] = place.kind
        bytes[head + 1] = UInt8(name.count)
        for place in 0..<4 {
            bytes[head + 2 + place] = UInt8(truncatingIfNeeded: size >> (24 - 8 * place))
        }
        for place in name.indices { bytes[head + Self.headSize + place] = name[place] }
        bytes[0] = UInt8(number >> 8)
        bytes[1] = UInt8(number & 0xff)
        entries.append(Entry(place: place, range: start..<start + size))
        count = start + size
        return true
    }

    /// Adds a file that is no secret.
    public mutating func add(_ place: BackupPlace, _ file: [UInt8]) -> Bool {
        guard count + Self.headSize + BackupPlace.nameMax + file.count <= Self.sizeMax else {
            return false
        }
        return add(place) { (bytes: inout MutableSpan<UInt8>) in
            for place in file.indices { bytes[place] = file[place] }
            return file.count
        }
    }

    /// Reads a whole content.
    ///
    /// Nil if it is anything else than this type writes.
    public init?(parsing content: consuming Secret) {
        let found = Self.parse(content.bytes)
        memory = content
        guard let found else { return nil }
        (entries, count) = found
    }

    private static func parse(_ bytes: Span<UInt8>) -> (entries: [Entry], count: Int)? {
        guard (2...sizeMax).contains(bytes.count) else { return nil }
        let files = Int(bytes[0]) << 8 | Int(bytes[1])
        guard files <= filesMax else { return nil }
        var entries: [Entry] = []
        var place = 2
        for _ in 0..<files {
            guard bytes.count - place >= headSize else { return nil }
            let (kind, length) = (bytes[place], Int(bytes[place + 1]))
            var size = 0
            for offset in 2..<headSize { size = size << 8 | Int(bytes[place + offset]) }
            place += headSize
            guard bytes.count - place >= length, bytes.count - place - length >= size else {
                return nil
            }
            var name: [UInt8] = []
            for offset in 0..<length { name.append(bytes[place + offset]) }
            // What is no UTF-8 is replaced, and then is no name.
            guard let found = BackupPlace(kind: kind, name: String(decoding: name, as: UTF8.self)),
                entries.last.map({ BackupPlace.precedes($0.place, found) }) ?? true
            else { return nil }
            place += length
            entries.append(Entry(place: found, range: place..<place + size))
            place += size
        }
        for rest in place..<bytes.count where bytes[rest] != 0 { return nil }
        return (entries, place)
    }

    /// The bytes of a file.
    @_lifetime(borrow self)
    public borrowing func bytes(of entry: Entry) -> Span<UInt8> {
        memory.bytes.extracting(entry.range)
    }

    /// The entry of a place; nil if there is none.
    public borrowing func entry(of place: BackupPlace) -> Entry? {
        entries.first { $0.place == place }
    }

    /// All of it with zeros up to `size`.
    @_lifetime(borrow self)
    borrowing func bytes(paddedTo size: Int) -> Span<UInt8> { memory.bytes.extracting(first: size) }
}
