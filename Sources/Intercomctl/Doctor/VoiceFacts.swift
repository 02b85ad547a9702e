internal import Config
internal import Control
internal import HAL
internal import Pairing

/// Whether a station that is paired by its button can say digits, or beeps them.
struct VoiceFacts {
    /// The directory of the words; nil where the button does not pair.
    var directory: String?
    var missing: [SpokenWord] = []

    init(directory: String?, missing: [SpokenWord]) {
        self.directory = directory
        self.missing = missing
    }

    init(_ situation: Situation) {
        guard let config = situation.config, config.pairingButton != nil else { return }
        let directory = config.sounds.words
        self.directory = directory
        missing = SpokenWord.allCases.filter { word in
            do throws(SystemError) {
                _ = try FileReader("\(directory)/\(word.rawValue).wav")
                return false
            } catch { return true }
        }
    }

    var checks: [Check] {
        guard let directory else { return [] }
        guard !missing.isEmpty else {
            return [.ok(.audio, of: "words", "what pairing says is in \(directory.visible)")]
        }
        let count = SpokenWord.allCases.count
        let which = missing.count == count ? "all" : "\(missing.count) of \(count)"
        return [
            .ok(
                .audio, of: "words",
                "\(which) words of pairing are missing in \(directory.visible): beeps are heard,"
                    + " and digits are counted",
                advice: "tools/voices makes them")
        ]
    }
}
