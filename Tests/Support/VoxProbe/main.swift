// VoxProbe: when speech opens a key with `mode = vox`, and when it closes again.
//
// Standard input is sound: 48 kHz, one channel, signed 16 bits. `VoxProbe THRESHOLD HANG BLOCK` has
// the settings of the key, in dB and ms, and how many samples come at once. Each line it says is
// one time the key was open, `FROM TO`, in samples.

import Audio
import Foundation

let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
guard numbers.count == 3, (3...40).contains(numbers[0]), numbers[1] >= 0, numbers[2] > 0 else {
    FileHandle.standardError.write(Data("usage: VoxProbe THRESHOLD HANG BLOCK\n".utf8))
    exit(2)
}
let block = numbers[2]
var vox = Vox(threshold: Float(numbers[0]), hang: .milliseconds(numbers[1]))
var samples = [Int16](repeating: 0, count: block)
var place = 0
var since: Int?
let input = FileHandle.standardInput
while let data = try input.read(upToCount: 2 * block), data.count == 2 * block {
    for i in 0..<block {
        samples[i] = Int16(bitPattern: UInt16(data[2 * i]) | UInt16(data[2 * i + 1]) << 8)
    }
    let isOpen = vox.add(samples.span, speaker: .silent)
    if isOpen, since == nil { since = place }
    if !isOpen, let first = since {
        print(first, place)
        since = nil
    }
    place += block
}
if let first = since { print(first, place) }
