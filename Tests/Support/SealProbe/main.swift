// SealProbe: a recording as the program seals it, for tests outside of Swift.
//
// `SealProbe SUITE START_MS KEY...` has the public keys as text. Standard input has entries, each
// as in a chunk; standard output is the file. With START_MS negative it has no last chunk.

import Crypto
import Foundation
import Wire

let words = CommandLine.arguments.dropFirst()
let keys = words.dropFirst(2).compactMap { RecordingPublicKey(text: $0) }
guard let suite = words.first.flatMap({ UInt8($0) }).flatMap({ Suite(rawValue: $0) }),
    let start = words.dropFirst().first.flatMap({ Int64($0) }), !keys.isEmpty,
    keys.count == words.count - 2
else {
    FileHandle.standardError.write(Data("usage: SealProbe SUITE START_MS KEY...\n".utf8))
    exit(2)
}

/// The file with these entries, each as in a chunk.
func sealed(_ input: [UInt8], isEnded: Bool) -> [UInt8]? {
    var sealer = RecordingSealer(suite: suite, startMilliseconds: start.magnitude, to: keys)
    var file = sealer.header.bytes
    var chunk = RecordingChunk()
    var (place, isOver) = (0, false)
    while !isOver {
        let entry = RecordingEntry(parsing: input.span, at: place)
        isOver = entry == nil
        if let entry {
            let content = input.span.extracting(entry.content)
            if chunk.add(content, source: entry.source, at: entry.milliseconds) {
                place = entry.content.upperBound
                continue
            }
        }
        let size = chunk.entries.count + RecordingSealer.overhead
        var bytes = [UInt8](repeating: 0, count: size)
        var room = bytes.mutableSpan
        guard sealer.seal(chunk.entries.span, isLast: isOver && isEnded, into: &room) == size
        else { return nil }
        file += bytes
        chunk.clear()
    }
    return file
}

let input = [UInt8](FileHandle.standardInput.readDataToEndOfFile())
guard let file = sealed(input, isEnded: start >= 0) else { exit(1) }
FileHandle.standardOutput.write(Data(file))
