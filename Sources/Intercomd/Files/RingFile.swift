internal import Config
internal import Files

/// The user's own sound for when somebody calls.
enum RingFile {
    /// Its samples, 48 kHz; empty where there is none, or none that can be played.
    static func samples(_ sounds: Config.Sounds) -> [Int16] {
        guard case .file(let path) = sounds.ring else { return [] }
        do throws(SoundFile.Complaint) {
            return try SoundFile.samples(path, seconds: 10)
        } catch {
            Log.warning("\(sounds.origin): ring: \(path) \(error.text): the chime rings instead")
            return []
        }
    }
}
