import Crypto
import Testing
import Vectors

@Suite struct PublicKeyTests {
    @Test func orderIsThatOfTheFirstByteThatDiffers() {
        let low = PublicKey(hex: "01" + String(repeating: "ff", count: 31))
        let high = PublicKey(hex: "02" + String(repeating: "00", count: 31))
        #expect(low < high)
        #expect(!(high < low))
        #expect(!(low < low))

        #expect(PublicKey(hex: "01" + String(repeating: "ff", count: 30) + "fe") < low)
    }
}
