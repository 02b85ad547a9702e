internal import Audio
internal import Config
internal import HAL
internal import Storage

/// The user's own sound for when somebody calls.
enum RingFile {
    private static let secondsMax = 10
    /// Of any format, with whatever else is in the file: reading it must not take long.
    private static let bytesMax: UInt64 = 32 << 20

    /// Its samples, 48 kHz; empty where there is none, or none that can be played.
    static func samples(_ sounds: Config.Sounds) -> [Int16] {
        guard case .file(let path) = sounds.ring else { return [] }
        do throws(Complaint) {
            return try read(path)
        } catch {
            Log.warning("\(sounds.origin): ring: \(path) \(error.text): the chime rings instead")
            return []
        }
    }

    private struct Complaint: Error {
        let text: String
    }

    private static func read(_ path: String) throws(Complaint) -> [Int16] {
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
