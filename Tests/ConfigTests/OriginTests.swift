import Config
import Testing

@Suite struct OriginTests {
    @Test func aNameOfAFileBeginsNoLineOfItsOwn() {
        let origin = Origin(file: "/p/\u{1b}[2J\nok: 1 file.conf", line: 3)
        #expect(origin.description == "/p/?[2J?ok: 1 file.conf:3")
    }
}
