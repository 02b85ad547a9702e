internal import Audio
internal import HAL

/// A short sound in a WAV file: of any format, with whatever else is in the file.
enum SoundFile {
    static let secondsMax = 10
    /// Reading it must not take long.
    private static let bytesMax: UInt64 = 32 << 20

    /// Why a file cannot be played.
    struct Complaint: Error {
        /// Follows the path in a sentence.
        let text: String
    }

    /// Its samples, 48 kHz.
    static func samples(_ path: String) throws(Complaint) -> [Int16] {
        let file: FileReader
        do throws(SystemError) { file = try FileReader(path) } catch {
            throw Complaint(text: "cannot be read, \(error)")
        }
        guard file.size <= bytesMax else {
            throw Complaint(text: "is larger than \(bytesMax >> 20) MB")
        }
        var reader = WAVReader()
        var sound: [Float] = []
        var bytes = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count: Int
            do throws(SystemError) {
                var room = bytes.mutableSpan
                count = try file.read(into: &room)
            } catch { throw Complaint(text: "cannot be read, \(error)") }
            do throws(WAVProblem) {
                if count == 0 {
                    try reader.finish()
                    break
                }
                try reader.add(bytes.span.extracting(first: count)) { sound.append($0) }
            } catch { throw Complaint(text: error.text) }
            guard sound.count <= secondsMax * (reader.format?.rate ?? PCM.sampleRate) else {
                throw Complaint(text: "is longer than \(secondsMax) s")
            }
        }
        return resampled(sound, rate: reader.format?.rate ?? PCM.sampleRate)
    }

    private static func resampled(_ sound: [Float], rate: Int) -> [Int16] {
        var resampler = Resampler(rate: rate)
        var samples: [Int16] = []
        for sample in sound { resampler.add(sample) { samples.append($0) } }
        resampler.finish { samples.append($0) }
        return samples
    }
}
