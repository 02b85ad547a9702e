import Testing

@testable import Config

/// A setting that is gone starts the station, and says where it stands and what happened.
@Suite struct GoneSettingTests {
    @Test func whatIsGoneIsAWarningWithItsPlace() throws {
        let config = try parse("[station]\nname = a\n[pairing]\npress-to-meet = yes\nreset = yes\n")
        #expect(
            config.warnings.map(\.description) == [
                "a.conf:4: press-to-meet is gone, and has no effect: buttons pair by six digits"
                    + " only, as nothing else proves the other station"
            ])
        #expect(config.pairing.reset)
        #expect(!config.effective.contains("press-to-meet"))
    }

    @Test func elsewhereItIsAMistakeAsEver() {
        let found = complaints("[station]\nname = a\npress-to-meet = yes\n")
        #expect(found.count == 1 && found[0].hasPrefix("a.conf:3: \"press-to-meet\" is not a"))
    }

    /// No setting is there and gone.
    @Test func noneIsThere() {
        for gone in GoneSetting.all {
            let kind = Config.kinds.first { $0.name == gone.section }
            #expect(kind?.settings.contains { $0.name == gone.name } != true)
        }
    }
}
