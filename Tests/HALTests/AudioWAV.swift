import Foundation

/// WAV files as `simcard` reads and writes them: 48 kHz, 16 bits.
enum WAV {
    static func write(_ samples: [Int16], channels: Int = 1, to path: String) throws {
        var file = Data()
        func word(_ value: Int, _ bytes: Int) {
            for shift in 0..<bytes { file.append(UInt8(value >> (8 * shift) & 255)) }
        }
        file.append(Data("RIFF".utf8))
        word(36 + samples.count * 2, 4)
        file.append(Data("WAVEfmt ".utf8))
        for (value, bytes) in [
            (16, 4), (1, 2), (channels, 2), (48_000, 4), (96_000 * channels, 4),
            (2 * channels, 2), (16, 2),
        ] { word(value, bytes) }
        file.append(Data("data".utf8))
        word(samples.count * 2, 4)
        for sample in samples { word(Int(UInt16(bitPattern: sample)), 2) }
        try file.write(to: URL(filePath: path))
    }

    static func read(_ path: String) throws -> [Int16] {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)).dropFirst(44))
        return stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
    }

    /// Sound that nowhere resembles itself, so that it can be located; loud, including full scale.
    static func pattern(_ count: Int, seed: UInt64 = 1) -> [Int16] {
        var state = seed
        return (0..<count).map { index in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let sample = Int16(truncatingIfNeeded: state >> 40)
            return index == 7 ? .min : index == 8 ? .max : sample == 0 ? 1 : sample
        }
    }
}

extension Array where Element == Int16 {
    /// The position of `pattern` in this recording, whole and unaltered.
    func position(of pattern: [Int16]) -> Int? {
        guard count >= pattern.count else { return nil }
        return (0...count - pattern.count).first { start in
            self[start] == pattern[0] && self[start..<start + pattern.count].elementsEqual(pattern)
        }
    }
}
